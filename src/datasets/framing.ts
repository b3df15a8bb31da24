import type { RandomStream } from "../linalg/random.ts";

/** Which part of a stored image an example shows; pixels beyond its edge are black. */
export interface Frame {
  /** Row and column of the stored image that the frame's upper left corner lies on; negative beyond its edge. */
  readonly top: number;
  readonly left: number;
  /** Whether left and right are exchanged. */
  readonly mirrored: boolean;
  /** How far the frame's content is turned counterclockwise about its centre, in radians. */
  readonly angle: number;
}

/** How frames are chosen, and their size. */
export interface Framing {
  readonly height: number;
  readonly width: number;
  /** The frame of one example; the central one without draws. */
  frame(draws?: RandomStream): Frame;
}

/** The extents of an image. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Every image as it is stored. */
export function wholeImage({ height, width }: Size): Framing {
  const whole: Frame = { top: 0, left: 0, mirrored: false, angle: 0 };
  return { height, width, frame: () => whole };
}

/** The central frame, whatever is drawn: for tests. */
export function centralFrames({ height, width, frame }: Framing): Framing {
  const central = frame();
  return { height, width, frame: () => central };
}

/** What random frames are drawn of. */
export interface RandomFrames {
  /** Pixels of black around the stored image before the frame is cut out of it. */
  readonly padding: number;
  /** Whether half of the frames are mirrored. */
  readonly mirrors: boolean;
  /** Turns are uniform on [-degrees, degrees]; 0 for none. */
  readonly degrees: number;
}

/**
 * Frames at a uniformly drawn whole place of the padded image, then mirrored, then turned.
 *
 * @param stored - extents of the stored images.
 * @param framed - extents of the frames, at most those of the padded image.
 * @source torchvision.transforms: RandomCrop (padding), RandomHorizontalFlip, RandomRotation.
 */
export function randomFraming(stored: Size, framed: Size, random: RandomFrames): Framing {
  const { padding, mirrors, degrees } = random;
  const central: Frame = {
    top: -Math.floor((framed.height - stored.height) / 2),
    left: -Math.floor((framed.width - stored.width) / 2),
    mirrored: false,
    angle: 0,
  };
  return {
    height: framed.height,
    width: framed.width,
    frame(draws) {
      if (!draws) return central;
      const place = (extent: number, frame: number): number =>
        Math.floor(draws.uniform() * (extent + 2 * padding - frame + 1)) - padding;
      return {
        top: place(stored.height, framed.height),
        left: place(stored.width, framed.width),
        mirrored: mirrors && draws.uniform() < 0.5,
        angle: degrees === 0 ? 0 : ((2 * draws.uniform() - 1) * degrees * Math.PI) / 180,
      };
    },
  };
}

import { describe, expect, test } from "vitest";
import { exponential } from "../../src/laws/exponential.ts";
import type { Law } from "../../src/laws/law.ts";
import { lognormal } from "../../src/laws/lognormal.ts";
import { porterThomas } from "../../src/laws/porter-thomas.ts";
import { powerLaw } from "../../src/laws/power-law.ts";
import { semicircle } from "../../src/laws/semicircle.ts";
import { wignerSurmise } from "../../src/laws/wigner-surmise.ts";

/** A law, and rows of [x, pdf, cdf, sf]. */
type Case = readonly [name: string, law: Law, rows: readonly (readonly [number, number, number, number])[]];

// scipy.stats of scipy 1.17.1: lognorm, pareto(alpha - 1), expon, chi2(1), semicircular(scale = 2 s), and
// chi(beta + 1, scale = 1 / sqrt(2 B)) for the Wigner surmise; its chi2.sf(1) is off by 3e-15. The upper tail of the
// semicircle at 1.9999, where it cancels, by mpmath 1.4.1.
const cases: readonly Case[] = [
  [
    "lognormal(0, 1)",
    lognormal(0, 1),
    [
      [0.01, 0.0009902386649591815, 0.0000020606433959717227, 0.9999979393566041],
      [0.5, 0.6274960771159245, 0.24410859578558275, 0.7558914042144173],
      [1, 0.3989422804014327, 0.5, 0.5],
      [3, 0.07272825613999472, 0.8640313923585756, 0.13596860764142443],
      [50, 0.0000037908376929382674, 0.9999542369047502, 0.000045763095249888606],
    ],
  ],
  [
    "lognormal(-3, 0.2)",
    lognormal(-3, 0.2),
    [
      [0.03, 2.690012888413074, 0.005657944440798781, 0.9943420555592012],
      [0.05, 39.8851464104299, 0.5085122366079, 0.4914877633921],
      [0.1, 0.04564962282930172, 0.9997558323800405, 0.0002441676199594949],
    ],
  ],
  [
    "power law(2.5, 0.01)",
    powerLaw(2.5, 0.01),
    [
      [0.0101, 146.3146539863723, 0.01481466315842661, 0.9851853368415734],
      [0.02, 26.516504294495533, 0.6464466094067263, 0.3535533905932738],
      [1, 0.0015, 0.999, 0.001],
      [1e6, 1.5e-18, 0.999999999999, 1e-12],
    ],
  ],
  [
    "exponential(30, 0.5)",
    exponential(30, 0.5),
    [
      [0.501, 29.113366006455244, 0.02955446645149185, 0.9704455335485082],
      [0.6, 1.493612051035919, 0.950212931632136, 0.049787068367863965],
      [1, 0.000009177069615054774, 0.9999996940976795, 3.059023205018258e-7],
      [2, 8.587555741648181e-19, 1, 2.8625185805493937e-20],
    ],
  ],
  [
    "Porter-Thomas(1)",
    porterThomas(1),
    [
      [1e-6, 398.9420809303426, 0.0007978844278221254, 0.9992021155721779],
      [0.1, 1.200038948430136, 0.24817036595415076, 0.7518296340458492],
      [1, 0.24197072451914337, 0.6826894921370859, 0.31731050786291115],
      [30, 2.228087334524961e-8, 0.9999999567953695, 4.3204630578274955e-8],
      [100, 7.694598626706428e-24, 1, 1.5239706048320995e-23],
    ],
  ],
  [
    "semicircle(1)",
    semicircle(1),
    [
      [-1.999, 0.01006458411194484, 0.000006710058299552735, 0.9999932899417004],
      [-1, 0.27566444771089604, 0.1955011094778853, 0.8044988905221147],
      [0.3, 0.3147085270697081, 0.5951336488308931, 0.40486635116910685],
      [1.9999, 0.0031830590728535177, 0.9999997877950011, 2.122049992326226e-7],
    ],
  ],
  [
    "Wigner surmise(1)",
    wignerSurmise(1),
    [
      [0.01, 0.01570672961584487, 0.00007853673216911342, 0.9999214632678309],
      [1, 0.7161859363405692, 0.5440618722340037, 0.4559381277659963],
      [4, 0.000021911618253637438, 0.9999965126576438, 0.000003487342356209001],
    ],
  ],
  [
    "Wigner surmise(2)",
    wignerSurmise(2),
    [
      [0.01, 0.0003241865083193868, 0.0000010806767320110815, 0.999998919323268],
      [1, 0.9075892109166815, 0.5330502005906138, 0.4669497994093862],
      [4, 7.372175763276391e-8, 0.9999999925888182, 7.411181789933925e-9],
    ],
  ],
  [
    "Wigner surmise(4)",
    wignerSurmise(4),
    [
      [0.01, 1.1594832292498975e-7, 2.319116439366947e-10, 0.9999999997680884],
      [0.3, 0.07662562838784594, 0.004877716128014916, 0.9951222838719851],
      [1, 1.2059273935074122, 0.5237307689055017, 0.47626923109449826],
      [4, 5.545451372680706e-13, 0.9999999999999681, 3.190945689712371e-14],
    ],
  ],
];

describe("laws that scipy knows too", () => {
  test.each(cases)("%s: density, distribution and both tails agree", (_, law, rows) => {
    for (const [x, density, below, above] of rows) {
      // Relative 1e-13: exponents up to 100 lose two digits of 1e-16, scipy as much.
      expect(Math.abs(law.pdf(x) / density - 1), `pdf(${x})`).toBeLessThan(1e-13);
      expect(Math.abs(law.cdf(x) - below), `cdf(${x})`).toBeLessThan(4 * Number.EPSILON);
      expect(Math.abs(law.survival(x) - above), `survival(${x})`).toBeLessThanOrEqual(
        Math.min(16 * Number.EPSILON, 1e-12 * above),
      );
    }
  });

  test("quantiles agree", () => {
    // The same scipy: lognorm(1).ppf and chi2(1).ppf.
    for (const [law, p, x] of [
      [lognormal(0, 1), 0.001, 0.045491385247653525],
      [lognormal(0, 1), 0.975, 7.099071384231335],
      [porterThomas(1), 1e-8, 1.5707963267948962e-16],
      [porterThomas(1), 0.05, 0.003932140000019522],
      [porterThomas(1), 0.999, 10.827566170662733],
    ] as const) {
      expect(Math.abs(law.quantile(p) / x - 1)).toBeLessThan(1e-14);
    }
  });
});

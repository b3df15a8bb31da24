/** Int32 places in memory that threads share, each counter on a cache line of its own. */
const waiting = 0;
const round = 16;
const lost = 32;
const bell = 48;
const runs = 64;
const plan = 80;
const posted = 96;
const length = 112;

/** Looks before a waiting thread sleeps: a round is far shorter than waking up takes. */
const looks = 20_000;
/** Milliseconds between looks at whether a thread was lost. */
const patience = 200;

/** Memory for {@link Lockstep}. */
export function lockstepMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(length * 4);
}

/** Threads that run plans in step: a barrier, and a bell that wakes helpers for a run or a message. */
export class Lockstep {
  private readonly places: Int32Array;
  private readonly size: number;

  /** @param size - number of threads. */
  constructor(memory: SharedArrayBuffer, size: number) {
    this.places = new Int32Array(memory);
    this.size = size;
  }

  /** Comes to a barrier. @returns the round to pass, or null when all the others were there already. */
  arrive(): number | null {
    const current = Atomics.load(this.places, round);
    if (Atomics.add(this.places, waiting, 1) < this.size - 1) return current;
    Atomics.store(this.places, waiting, 0);
    Atomics.add(this.places, round, 1);
    Atomics.notify(this.places, round);
    return null;
  }

  /** Looks for a while. @returns whether the round is over. */
  spin(current: number): boolean {
    for (let look = 0; look < looks; look++) {
      if (Atomics.load(this.places, round) !== current) return true;
    }
    return false;
  }

  /** Sleeps for a while, or until the round is over. @returns whether it is. @throws {Error} If a thread was lost. */
  sleep(current: number, milliseconds = patience): boolean {
    if (this.isBroken) throw new Error("another thread ended early");
    if (Atomics.load(this.places, round) === current) Atomics.wait(this.places, round, current, milliseconds);
    return Atomics.load(this.places, round) !== current;
  }

  /** A helper's barrier. @throws {Error} If another thread was lost. */
  pass(): void {
    const current = this.arrive();
    if (current === null || this.spin(current)) return;
    while (!this.sleep(current)) {}
  }

  /** Whether a thread was lost. */
  get isBroken(): boolean {
    return Atomics.load(this.places, lost) !== 0;
  }

  /** Tells all that a thread was lost. */
  break(): void {
    Atomics.store(this.places, lost, 1);
    Atomics.notify(this.places, round);
    this.ring();
  }

  /** Starts a run on the helpers. */
  start(id: number): void {
    Atomics.store(this.places, plan, id);
    Atomics.add(this.places, runs, 1);
    this.ring();
  }

  /** Tells helpers that a message is on its way. */
  announce(): void {
    Atomics.add(this.places, posted, 1);
    this.ring();
  }

  private ring(): void {
    Atomics.add(this.places, bell, 1);
    Atomics.notify(this.places, bell);
  }

  /**
   * A helper's work until a message is on its way.
   *
   * @param ran - number of runs so far. @param handled - number of messages so far. @param run - runs a plan.
   * @returns the number of runs then.
   */
  serve(ran: number, handled: number, run: (id: number) => void): number {
    for (let done = ran; ; ) {
      const rung = Atomics.load(this.places, bell);
      // Before the messages: what a run needs was announced before it was started.
      const started = Atomics.load(this.places, runs);
      // A message may have come before its announcement: then fewer are posted than handled.
      if (Atomics.load(this.places, posted) > handled || this.isBroken) return done;
      if (started === done) Atomics.wait(this.places, bell, rung);
      else {
        run(Atomics.load(this.places, plan));
        done++;
      }
    }
  }
}

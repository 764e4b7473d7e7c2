/**
 * Preloaded into a gateway: its wall clock runs ahead by 60 s, and is set back and forth again every 5 s, as a clock that
 * is stepped by hand. The monotonic clock goes on as it does. Shown to `Date.now` and `new Date` alike.
 */
const aheadMs = 60_000
const stepEveryMs = 5_000

const RealDate = Date
const offMs = () => (Math.floor(performance.now() / stepEveryMs) % 2 === 0 ? aheadMs : 0)

globalThis.Date = class OffDate extends RealDate {
  constructor(...given: []) {
    if (given.length === 0) super(RealDate.now() + offMs())
    else super(...given)
  }
  static override now() {
    return RealDate.now() + offMs()
  }
} as DateConstructor

/**
 * Tells what comes again from what comes for the first time, and keeps neither (the doorkeeper of TinyLFU, Einziger et
 * al., ACM Transactions on Storage 2017): 32 bits of it, until another one takes its slot. Now and then it is wrong.
 */
export const createDoorkeeper = (slots: number) => {
  const marks = new Uint32Array(slots)
  return {
    /** @param digest eight evenly spread bytes or more, one a character */
    isBack: (digest: string): boolean => {
      const bitsAt = (at: number) =>
        (digest.charCodeAt(at) |
          (digest.charCodeAt(at + 1) << 8) |
          (digest.charCodeAt(at + 2) << 16) |
          (digest.charCodeAt(at + 3) << 24)) >>>
        0
      const slot = bitsAt(0) % slots
      const mark = bitsAt(4)
      if (marks[slot] === mark) return true
      marks[slot] = mark
      return false
    },
  }
}

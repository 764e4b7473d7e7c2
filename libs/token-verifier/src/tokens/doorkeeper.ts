/**
 * Tells whether a digest was seen before, in constant memory (the doorkeeper of TinyLFU, Einziger et al., ACM Transactions on
 * Storage 2017). It keeps 32 bits of each digest until another one takes the slot, so it is sometimes wrong.
 */
export const createDoorkeeper = (slots: number) => {
  const fingerprints = new Uint32Array(slots)
  return {
    /** Also remembers the digest. @param digest at least eight uniformly distributed bytes, one per character */
    seenBefore: (digest: string): boolean => {
      const bitsAt = (at: number) =>
        (digest.charCodeAt(at) |
          (digest.charCodeAt(at + 1) << 8) |
          (digest.charCodeAt(at + 2) << 16) |
          (digest.charCodeAt(at + 3) << 24)) >>>
        0
      const slot = bitsAt(0) % slots
      const fingerprint = bitsAt(4)
      if (fingerprints[slot] === fingerprint) return true
      fingerprints[slot] = fingerprint
      return false
    },
  }
}

/** The value that this share of the samples does not exceed (nearest rank); NaN without samples. */
export const quantile = (samples: number[], share: number) => {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const median = (samples: number[]) => quantile(samples, 0.5)

export const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason)))

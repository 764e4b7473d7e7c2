/** Prints progress to standard error, because standard output has only the result. */
export const say = (text: string) => void process.stderr.write(`${text}\n`)

/** Progress goes to standard error; standard output carries the result alone. */
export const say = (text: string) => void process.stderr.write(`${text}\n`)

import { fuzz } from './fuzz.ts'

// A process of its own: it moves the clock, and mistakes are planted as its sources are loaded.
const [seed, cases] = process.argv.slice(2).map(Number)
if (seed === undefined || cases === undefined) throw new Error('usage: fuzz.process.ts SEED CASES')
process.stdout.write(JSON.stringify(await fuzz(seed, cases)))

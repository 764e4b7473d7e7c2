import { plantIntoProcess } from './plant-into-process.ts'
import { plants } from './plants.ts'

plantIntoProcess(plants)

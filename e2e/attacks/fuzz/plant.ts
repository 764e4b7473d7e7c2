import { plantIntoProcess } from '../../faults/planted/plant-into-process.ts'
import { plants } from './plants.ts'

plantIntoProcess(plants)

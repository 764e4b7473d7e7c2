import { plantIntoProcess } from '../../support/plant-into-process.ts'
import { plants } from './plants.ts'

plantIntoProcess(plants)

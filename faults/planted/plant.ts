import { plantIntoProcess } from '@gatehouse/e2e/support/plant-into-process.ts'
import { plants } from './plants.ts'

plantIntoProcess(plants)

import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers'
import { disableReaperWithStandIns } from './images.ts'

/** A container that `stop()` ends, or the reaper of testcontainers where that can run. */
export const containerOf = (image: string) => {
  disableReaperWithStandIns()
  return new GenericContainer(image)
}

/** Runs a command in the container. @throws Error with its output when it fails */
export const runIn = async (container: StartedTestContainer, command: string[]) => {
  const { exitCode, output } = await container.exec(command)
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${output}`)
  return output
}

/** Faults that the engine can cause in a container, which keeps its published ports. */
export const faultsOf = (container: StartedTestContainer) => {
  const handle = async () => (await getContainerRuntimeClient()).container.getById(container.getId())
  return {
    /** Freezes every process: connections stay open and silent. */
    pause: async () => void (await (await handle()).pause()),
    unpause: async () => void (await (await handle()).unpause()),
    /** Like a power cut, without a shutdown. */
    kill: async () => void (await (await handle()).kill()),
    start: async () => void (await (await handle()).start()),
  }
}

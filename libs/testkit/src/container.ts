import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers'
import { doWithoutReaperAmongStandIns } from './images.ts'

/** A container that is stopped by `stop()` and, where it can run, by the reaper of testcontainers. */
export const containerOf = (image: string) => {
  doWithoutReaperAmongStandIns()
  return new GenericContainer(image)
}

/** Runs a command in the container. @throws Error with its output when it fails */
export const runIn = async (container: StartedTestContainer, command: string[]) => {
  const { exitCode, output } = await container.exec(command)
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${output}`)
  return output
}

/** What the engine can do to a container from outside; its published ports stay as they are. */
export const faultsOf = (container: StartedTestContainer) => {
  const handle = async () => (await getContainerRuntimeClient()).container.getById(container.getId())
  return {
    /** Freezes every process: connections stay open and say nothing. */
    pause: async () => void (await (await handle()).pause()),
    unpause: async () => void (await (await handle()).unpause()),
    /** As a power cut: no goodbye. */
    kill: async () => void (await (await handle()).kill()),
    start: async () => void (await (await handle()).start()),
  }
}

import { isIPv4 } from 'node:net'
import { getContainerRuntimeClient } from 'testcontainers'

/**
 * The address on which a container's port has to be published so that it answers at `host`, where testcontainers
 * looks for it. A test that itself runs in a container, beside the engine or as its child, finds the others at the
 * address of the engine's bridge, where a port that is published on 127.0.0.1 does not answer.
 * @returns an IPv4 address: the loopback of this machine; or `host`, if it is one; or else, since the address of a
 *   remote engine may be translated on the way, all of that engine's
 */
export const addressToPublish = (host: string) => {
  if (host === 'localhost') return '127.0.0.1'
  return isIPv4(host) ? host : '0.0.0.0'
}

/** @returns the name or address at which testcontainers reaches the ports of containers */
export const hostOfContainers = async () => (await getContainerRuntimeClient()).info.containerRuntime.host

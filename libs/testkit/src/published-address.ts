import { isIPv4 } from 'node:net'
import { getContainerRuntimeClient } from 'testcontainers'

/**
 * The address on which to publish a container's port so that testcontainers reaches it at `host`. A test that runs in a
 * container itself reaches others at the address of the engine's bridge, where a port published on 127.0.0.1 does not answer.
 * @returns an IPv4 address: loopback; `host`, if it is an address; otherwise all addresses of the engine, because the address of
 *   a remote engine may be translated on the way
 */
export const addressToPublish = (host: string) => {
  if (host === 'localhost') return '127.0.0.1'
  return isIPv4(host) ? host : '0.0.0.0'
}

/** @returns the name or address at which testcontainers reaches the ports of containers */
export const hostOfContainers = async () => (await getContainerRuntimeClient()).info.containerRuntime.host

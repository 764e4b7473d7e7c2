/** Frames of AMQP 0-9-1 (§2.3.5) for a peer that misbehaves during or after the handshake. */

const frameEnd = Buffer.from([0xce])

const methodFrame = (channel: number, classId: number, methodId: number, args: Buffer) => {
  const header = Buffer.alloc(11)
  header.writeUInt8(1, 0)
  header.writeUInt16BE(channel, 1)
  header.writeUInt32BE(args.length + 4, 3)
  header.writeUInt16BE(classId, 7)
  header.writeUInt16BE(methodId, 9)
  return Buffer.concat([header, args, frameEnd])
}

const longString = (text: string) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}

/** What a broker sends while a client connects, in this order. */
export const handshake = {
  start: methodFrame(
    0,
    10,
    10,
    Buffer.concat([Buffer.from([0, 9]), longString(''), longString('PLAIN'), longString('en_US')]),
  ),
  // No limits on channels, frames of 128 KiB, a heartbeat of 10 s.
  tune: methodFrame(0, 10, 30, Buffer.from([0, 0, 0, 2, 0, 0, 0, 10])),
  openOk: methodFrame(0, 10, 41, Buffer.from([0])),
}

export const bytes = {
  join: (...parts: Buffer[]) => Buffer.concat(parts),
  garbage: Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  /** connection.close; 320 means closed by an operator, 541 an internal error. */
  close: (code: number) =>
    methodFrame(0, 10, 50, Buffer.from([code >> 8, code & 255, 3, 0x62, 0x79, 0x65, 0, 0, 0, 0])),
  /** channel.open-ok for channel 9. */
  strayFrame: methodFrame(9, 20, 11, longString('')),
  hugeFrame: Buffer.from([1, 0, 0, 0xff, 0xff, 0xff, 0xff]),
}

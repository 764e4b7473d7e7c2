/** From where somebody comes; kept with the session, so that its owner recognises it. */
export type Origin = { device: string | null; address: string | null }

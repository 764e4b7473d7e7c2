/** Scopes of service credentials. */
export const serviceScopes = ['sessions.lookup', 'events.read', 'tokens.introspect', 'tokens.revoke'] as const
export type ServiceScope = (typeof serviceScopes)[number]

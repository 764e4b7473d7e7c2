import { accessTokenClaims } from '@gatehouse/contracts'
import { type JWTPayload, jwtVerify } from 'jose'
import { audience, issuer, type World } from './world.ts'

export const leewaySeconds = 5
export const maxLifetimeSeconds = 30 * 86_400

/**
 * What `jose` says of a token, and the contract of its claims: another implementation of each rule, by other people where
 * there is one. @returns the claims, or null where the token is not to be trusted
 */
export const createOracle =
  (world: World) =>
  async (token: string): Promise<JWTPayload | null> => {
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = world.find(String(kid))
          if (!key) throw new Error('no such key')
          return key
        },
        {
          algorithms: ['RS256'],
          typ: 'at+jwt',
          requiredClaims: ['iss', 'aud', 'exp', 'iat'],
          currentDate: new Date(Date.now()),
          clockTolerance: leewaySeconds,
          issuer,
          audience,
        },
      )
      const { exp, iat } = accessTokenClaims.parse(payload)
      const isOurs = exp > iat && exp - iat <= maxLifetimeSeconds && iat <= Date.now() / 1000 + leewaySeconds
      return isOurs && token.length <= 8_192 ? payload : null
    } catch {
      return null // whatever it says against the token
    }
  }

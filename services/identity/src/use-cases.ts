import type { DataSource } from 'typeorm'
import type { NewEvent } from './outbox/new-event.ts'
import { createPasswordChanges } from './passwords/change-password.ts'
import type { Passwords } from './passwords/passwords.ts'
import { createLogOut } from './sessions/log-out.ts'
import { createUserChanges } from './users/change-user.ts'
import { createCreateUser } from './users/create-user.ts'
import { createImportUsers } from './users/import-users.ts'
import { usersIn } from './users/users.repository.ts'

type Needs = { db: DataSource; passwords: Passwords; newEvent: NewEvent }

/** What can be done to users, alike for the service and for the command line. */
export const createUseCases = ({ db, passwords, newEvent }: Needs) => {
  const changes = createUserChanges({ db, newEvent })
  return {
    createUser: createCreateUser({ db, passwords, newEvent }),
    changes,
    checkNewPassword: passwords.checkNew,
    passwordChanges: createPasswordChanges({ passwords, changes, findUser: usersIn(db.manager).findById }),
    logOut: createLogOut({ db, newEvent }),
    importUsers: createImportUsers({ db, newEvent }),
  }
}

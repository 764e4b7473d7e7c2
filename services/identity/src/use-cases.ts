import type { DataSource } from 'typeorm'
import { createPasswordChanges } from './accounts/change-password.ts'
import { createUserChanges } from './accounts/change-user.ts'
import { createCreateUser } from './accounts/create-user.ts'
import { createImportUsers } from './accounts/import-users.ts'
import type { NewEvent } from './outbox/new-event.ts'
import type { Passwords } from './passwords/passwords.ts'
import { createLogOut } from './sign-in/log-out.ts'
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

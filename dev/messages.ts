/** A reason not to start. Its message says what to do about it, so it is printed without a stack trace. */
export class CannotStart extends Error {}

/** Every sentence that dev/ prints. Two files besides have some: commands/welcome.ts, and bootstrap/messages.mjs for what is
 * said before this file can be loaded. */
export const messages = {
  // Commands
  unknownCommand: (name: string, known: readonly string[]) =>
    `"${name}" is not a command. Choose one of: ${known.join(', ')}.`,
  starting: 'Starting Holdfast',
  ready: (seconds: string) => `Ready after ${seconds} s\n`,
  stopping: '\nStopping Holdfast ...',
  stopped: 'Stopped.',
  stoppedWhileStarting: 'Holdfast was stopped while it was starting.',
  nothingToReset: 'There is nothing to delete: Holdfast has not been started here.',
  resetWhileRunning: (pid: number) =>
    `Holdfast is running (process ${pid}), so nothing was deleted. Stop it with Ctrl-C or \`kill ${pid}\`, then try again.`,
  deleted: (path: string) => `Deleted ${path}. The next \`npm start\` begins with an empty database.`,
  alreadyRunning: (pid: number) =>
    `Holdfast is already running here (process ${pid}). Stop it first, with Ctrl-C or \`kill ${pid}\`.`,
  invalidSettings: (faults: readonly string[]) =>
    `Holdfast was not started: ${faults.length === 1 ? 'one setting is' : `${faults.length} settings are`} invalid. Correct and try again.\n  ${faults.join('\n  ')}`,

  // Settings
  notANumber: (name: string, lowest: number, highest: number, given: string) =>
    `${name} must be a whole number from ${lowest} to ${highest}, not "${given}"`,
  notAUrl: (name: string, schemes: readonly string[]) =>
    `${name} must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  variableMissing: (name: string, neededBy: string) =>
    `${name} is missing: set it, or unset ${neededBy}, which needs it`,
  unknownLogLevel: (known: readonly string[]) => `LOG_LEVEL must be one of ${known.join(', ')}`,
  unknownArgument: (argument: string) => `"${argument}" is not understood; the only argument is --fleet N`,
  samePort: (port: number) => `PORT and ISSUER_PORT are both ${port}; choose different ones`,

  // Ports
  portTaken: (port: number, variable: string) =>
    `Port ${port} is taken by another program; set ${variable} to a free one.`,
  otherPort: (port: number, what: string, chosen: number, variable: string) =>
    `  Port ${port} is taken by another program, perhaps another Holdfast. ${what} is on port ${chosen} instead; set ${variable} to choose another.`,

  // Servers that run elsewhere
  serverUnusable: (variable: string, reason: string) =>
    `${variable} cannot be used: ${reason}. Correct it, or unset it to let Holdfast start its own.`,
  noAnswer: 'there was no answer',
  mayNotCreateRoles: 'its user may not create roles (`alter role ... createrole` permits it)',
  noKeys: 'there are no keys at that address',
  vehiclesNeedAccess: (devicesFile: string) =>
    `  The broker at MQTT_URL must accept the vehicles listed in ${devicesFile}, each with its own password.`,

  // Steps: each completes "still ..."
  step: {
    programs: 'looking for Redis and Mosquitto on this machine',
    installing: (programs: readonly string[]) => `installing ${programs.join(' and ')} with apt-get`,
    unpacking: (programs: readonly string[]) =>
      `unpacking ${programs.join(' and ')} from Debian packages, without root`,
    client: 'generating the database client if the schema has changed',
    vehicles: 'creating keys and passwords for the vehicles',
    server: 'waiting until it accepts connections',
    database: 'applying migrations, creating vehicles and tariffs',
    process: (url: string) => `waiting until ${url} says it is ready`,
    testPostgres: 'starting one for these tests only',
  },

  // Programs that Holdfast needs
  programMissing: (program: string, brewName: string, variable: string) =>
    `${program} is not installed. Install it (\`apt-get install ${program}\` or \`brew install ${brewName}\`), set ${variable} to one that is already running, or use \`docker compose up\`.`,
  debianFailed: (packages: readonly string[], output: string) =>
    `Could not get ${packages.join(' and ')} from Debian. Install by hand, or use \`docker compose up\`. apt-get wrote:\n${output}`,
  noPostgres: (platform: string) =>
    `npm has no Postgres for ${platform}. Set DATABASE_URL to an empty database of Postgres 15 or newer.`,
  noPostgresAccount:
    'Postgres refuses to run as root, and there is no other account to run it as. Add one (`useradd --system postgres`) and try again.',
  initdbFailed: (output: string) =>
    `A new Postgres could not be initialised. Correct the cause, or set DATABASE_URL to a Postgres that is already running. initdb wrote:\n${output}`,

  // Processes
  notRunnable: (name: string, command: string) =>
    `${name} was not started: ${command} cannot be run. Check that the file exists and is executable.`,
  endedWhileStarting: (name: string, output: string) => `${name} ended while starting.\n${lastOutput(output)}`,
  notReady: (name: string, seconds: number, reason: string, output: string) =>
    `${name} did not answer within ${seconds} s (${reason}).\n${lastOutput(output)}`,
  restarting: (name: string, cause: string, seconds: number, output: string) =>
    `${name} ended (${cause}). It is started again in ${seconds} s. ${lastOutput(output)}`,
  runningAgain: (name: string) => `${name} is running again`,
  endedLeftovers: (names: readonly string[]) => `  Ended what an earlier run had left running: ${names.join(', ')}`,
  leftoversRemain: (processes: readonly string[]) =>
    `Processes of an earlier run could not be ended: ${processes.join(', ')}. End them by hand (kill -9) and try again.`,

  // Tests and checks
  testResult: (passed: number, failed: number) => `${passed} passed, ${failed} failed`,
  testPostgresDidNotStart: (logFile: string) => `The Postgres for tests did not start; ${logFile} says why.`,
  outdatedSchema: (files: readonly string[]) =>
    `${files.join(', ')} does not describe the tables that the migrations create. Run "npm run schema".`,
  lockFileComplete: 'npm ci accepts package-lock.json, and it names the packages of every platform.',
  lockFileRefused: (output: string) =>
    `npm ci refuses package-lock.json. Run \`npm install\` and commit the file.\n${output}`,
  lockFileIncomplete: (missing: readonly string[]) =>
    `package-lock.json lacks optional packages of other platforms: ${missing.join(', ')}. Run \`npm install --package-lock-only\` and commit the file.`,
  noToken: (reason: string | number) => `The development issuer gave no token: ${reason}. Its log says why.`,
}

const lastOutput = (output: string) => (output === '' ? 'It wrote nothing.' : `Its last output:\n${output}`)

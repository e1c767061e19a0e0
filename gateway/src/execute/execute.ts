/** Runs the steps of a plan: asks subgraphs, puts their answers together, and remembers what went wrong where. */
import type { Viewer } from '@holdfast/service/identity'
import { answerName, representationsName } from '../plan/entities.ts'
import { requestBody } from '../plan/request-text.ts'
import type { EntitiesStep, Lookup, Outputs, RootStep, Step } from '../plan/steps.ts'
import type { Answer, Reply, SubgraphError } from '../subgraph/answer.ts'
import type { Graph } from '../supergraph/graph.ts'
import { copy, isObject, type JsonObject, merge } from './json.ts'
import { representationOf } from './representations.ts'
import { rewrite } from './rewrites.ts'
import { pathsOf, type ResponsePath, targetsAt } from './targets.ts'
import type { Fault, Trouble } from './trouble.ts'

/** One request to a subgraph. */
export interface SubgraphRequest {
  readonly subgraph: string
  readonly body: string
  /** Only what changes nothing may be asked twice, or once for two. */
  readonly reads: boolean
  readonly viewer: Viewer
  /** Milliseconds since 1970 after which nobody waits for the answer. */
  readonly deadline: number
}

export interface Subgraphs {
  /** Never rejects: that a subgraph is away is a reply too. */
  ask(request: SubgraphRequest): Promise<Reply>
  read(reply: Reply): Answer
}

/** One run of a plan. `data` grows while it runs. */
export interface Run {
  readonly graph: Graph
  readonly subgraphs: Subgraphs
  readonly viewer: Viewer
  readonly variables: Readonly<Record<string, unknown>>
  readonly deadline: number
  readonly data: JsonObject
  readonly trouble: Trouble
}

export async function runStep(step: Step, run: Run): Promise<void> {
  switch (step.kind) {
    case 'sequence':
      for (const next of step.steps) await runStep(next, run)
      return
    case 'parallel':
      await Promise.all(step.steps.map((next) => runStep(next, run)))
      return
    case 'condition': {
      const next = run.variables[step.variable] === true ? step.yes : step.no
      if (next) await runStep(next, run)
      return
    }
    case 'root':
      return runRoot(step, run)
    case 'entities':
      return runEntities(step, run)
  }
}

async function runRoot(step: RootStep, run: Run): Promise<void> {
  takeRoot(run.subgraphs.read(await askRoot(step, run)), step.outputs, run)
}

export const askRoot = (step: RootStep, run: Run): Promise<Reply> =>
  run.subgraphs.ask({
    subgraph: step.subgraph,
    body: requestBody(step.text, run.variables),
    reads: step.operation === 'query',
    viewer: run.viewer,
    deadline: run.deadline,
  })

/** Puts the answer to a root operation, or an event, into the run's data. */
export function takeRoot(answer: Answer, outputs: Outputs, run: Run): void {
  if (answer.kind === 'failed') {
    run.trouble.missOn(run.data, answer.fault)
    return
  }
  const { data, errors } = answer
  if (data) {
    rewrite(run.graph, outputs.rewrites, data)
    merge(run.data, data)
  }
  for (const error of errors) {
    if (error.path && error.path.length > 0) locate(run, error, error.path, outputs)
    else if (data) run.trouble.unplaced.push(faultOf(error))
    if (!data) run.trouble.missOn(run.data, faultOf(error))
  }
}

/** What of one request is asked for one lookup, with the same fields for every entity of it. */
interface Part {
  readonly lookup: number
  readonly without: number
  /** Representations as JSON, each once, with the objects that wait for it. */
  readonly waiting: Map<string, JsonObject[]>
}

async function runEntities(step: EntitiesStep, run: Run): Promise<void> {
  const parts = step.lookups
    .flatMap((lookup, index) => partsOf(step.subgraph, lookup, index, run))
    .filter((part) => part.without === 0 || step.text([part])) // With all its fields left out there is nothing to ask.
  const text = parts.length > 0 ? step.text(parts) : undefined
  if (!text) return
  const representations = parts.map(
    ({ waiting }, part) => `"${representationsName(part)}":[${[...waiting.keys()].join(',')}]`,
  )
  const reply = await run.subgraphs.ask({
    subgraph: step.subgraph,
    body: requestBody(text, run.variables, representations),
    reads: true,
    viewer: run.viewer,
    deadline: run.deadline,
  })
  const answer = run.subgraphs.read(reply)
  const paths = answer.kind === 'answered' && answer.errors.length > 0 ? pathsOf(run.data) : undefined
  for (const [index, part] of parts.entries()) {
    const lookup = step.lookups[part.lookup]
    if (lookup) takeEntities(answer, answerName(index), part, lookup.outputs, run, paths)
  }
}

function partsOf(subgraph: string, lookup: Lookup, index: number, run: Run): Part[] {
  const parts = new Map<number, Part>()
  for (const object of targetsAt(run.data, lookup.path)) {
    const representation = representationOf(run.graph, subgraph, lookup, object)
    if (!representation) continue
    const { value, without } = representation
    const part = parts.get(without) ?? { lookup: index, without, waiting: new Map<string, JsonObject[]>() }
    parts.set(without, part)
    const json = JSON.stringify(value)
    const waiting = part.waiting.get(json)
    if (waiting) waiting.push(object)
    else part.waiting.set(json, [object])
  }
  return [...parts.values()]
}

function takeEntities(
  answer: Answer,
  name: string,
  part: Part,
  outputs: Outputs,
  run: Run,
  paths: ReadonlyMap<JsonObject, ResponsePath> | undefined,
): void {
  const waiting = [...part.waiting.values()]
  if (answer.kind === 'failed') {
    missOnAll(waiting, answer.fault, run)
    return
  }
  const entities = answer.data?.[name]
  if (Array.isArray(entities)) {
    const blamed = blamedEntities(answer.errors, name)
    rewrite(run.graph, outputs.rewrites, entities)
    for (const [index, objects] of waiting.entries()) {
      give(entities[index], objects)
      if (entities[index] === null && !blamed.has(index) && !blamed.has(undefined))
        for (const object of objects) run.trouble.noneOf(object)
    }
  }
  for (const error of answer.errors) {
    const [field, index, ...rest] = error.path ?? []
    const objects = field === name && typeof index === 'number' ? (waiting[index] ?? []) : []
    for (const object of objects) {
      if (rest.length === 0) run.trouble.missOn(object, faultOf(error))
      else locate(run, error, [...(paths?.get(object) ?? []), ...rest], outputs)
    }
    // Without a place, or when it took the whole list away, it explains whatever is missing.
    if (!error.path || !Array.isArray(entities)) missOnAll(waiting, faultOf(error), run)
  }
}

/** The numbers of the entities of one lookup that errors are about; undefined among them stands for all. */
const blamedEntities = (errors: readonly SubgraphError[], name: string): ReadonlySet<unknown> =>
  new Set(errors.filter(({ path }) => !path?.length || path[0] === name).map(({ path }) => path?.[1]))

function give(entity: unknown, objects: readonly JsonObject[]): void {
  if (!isObject(entity)) return
  for (const [index, object] of objects.entries()) merge(object, index === 0 ? entity : copy(entity))
}

function missOnAll(waiting: readonly (readonly JsonObject[])[], fault: Fault, run: Run): void {
  for (const objects of waiting) for (const object of objects) run.trouble.missOn(object, fault)
}

/** Remembers the error at its place, under the names that the client chose. */
function locate(run: Run, error: SubgraphError, path: ResponsePath, outputs: Outputs): void {
  const renamed = path.map((part) => (typeof part === 'string' ? (outputs.renamed.get(part) ?? part) : part))
  run.trouble.located.push({ fault: faultOf(error), path: renamed })
}

const faultOf = ({ message, extensions }: SubgraphError): Fault => ({ message, extensions })

import type { Viewer } from '@holdfast/service/identity'
import type { SerializedResponse } from '../core/response.ts'
import type { PreparedOperation } from '../operation/prepare.ts'
import { plainText } from '../planning/pass-through.ts'
import type { Subgraphs } from '../subgraph/result.ts'
import { complete } from './complete.ts'
import { ExecutionErrors } from './execution-errors.ts'
import { mergeRoot, type Run, runStep, sendRoot } from './run-steps.ts'

/** Runs a query or mutation. */
export type RunOperation = (prepared: PreparedOperation, viewer: Viewer) => Promise<SerializedResponse>

/** `queryBudgetMs` is for a whole query, however many subgraphs it takes. A mutation is never cut off between its fields. */
export const operationRunner =
  (subgraphs: Subgraphs, queryBudgetMs: number): RunOperation =>
  async ({ graph, operation, variables }, viewer) => {
    const { step, passThrough, shape } = operation.planFor(viewer)
    const deadline = operation.type === 'query' ? Date.now() + queryBudgetMs : Number.POSITIVE_INFINITY
    const data = operation.introspect(variables)
    const run: Run = { graph, subgraphs, viewer, variables, deadline, data, errors: new ExecutionErrors() }
    if (passThrough) {
      const reply = await sendRoot(passThrough, run)
      const text = reply.kind === 'replied' ? plainText(reply.text) : undefined
      if (text !== undefined) return { text, errors: [] }
      mergeRoot(subgraphs.read(reply), passThrough.outputs, run)
    } else if (step) await runStep(step, run)
    return complete(shape(variables), data, run.errors, viewer)
  }

/** Graphs whose plans give wrong results or none when they run unchanged. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { GraphQLError } from 'graphql'
import { startGraph, type TestGraph, type TestSubgraph } from './graph.ts'

let graph: TestGraph | undefined
afterEach(async () => {
  await graph?.stop()
  graph = undefined
})

describe('requirements with arguments', () => {
  const shop: TestSubgraph = {
    sdl: `
      type Query { products: [Product!]! }
      type Product @key(fields: "id") {
        id: ID!
        name: String
        weight: Int
        price(currency: String!): Int
        category: Category
      }
      type Category { tax(currency: String!): Int }
    `,
    resolvers: {
      Query: { products: () => [{ id: '1', name: 'one', weight: 2, category: {} }] },
      Product: {
        __resolveReference: ({ id }: { id: string }) => ({ id, weight: 2, category: {} }),
        price: (_: unknown, { currency }: { currency: string }) => ({ USD: 100, EUR: 90 })[currency] ?? 1,
      },
      Category: { tax: (_: unknown, { currency }: { currency: string }) => (currency === 'USD' ? 7 : 19) },
    },
  }
  const shipping: TestSubgraph = {
    sdl: `
      type Product @key(fields: "id") {
        id: ID!
        weight: Int @external
        price(currency: String!): Int @external
        category: Category @external
        inDollars: Int @requires(fields: "price(currency: \\"USD\\") weight")
        inEuros: Int @requires(fields: "price(currency: \\"EUR\\") category { tax(currency: \\"EUR\\") }")
        isTaxed: Boolean @requires(fields: "category { tax(currency: \\"USD\\") }")
        inStock: Boolean
      }
      type Category { tax(currency: String!): Int @external }
    `,
    resolvers: {
      Product: {
        __resolveReference: (reference: object) => reference,
        inDollars: ({ price, weight }: { price: number; weight: number }) => price * weight,
        inEuros: ({ price, category }: { price: number; category: { tax: number } }) => price + category.tax,
        isTaxed: ({ category }: { category: { tax: number } }) => category.tax === 7,
        inStock: () => true,
      },
    },
  }

  it('of several fields do not interfere', async () => {
    graph = await startGraph({ shop, shipping })
    expect(await graph.ask('{ products { name inDollars inEuros isTaxed inStock } }')).toEqual({
      data: { products: [{ name: 'one', inDollars: 200, inEuros: 109, isTaxed: true, inStock: true }] },
    })
    expect(graph.calls('shipping')).toHaveLength(1)
  })

  it('do not interfere with other arguments of the client', async () => {
    graph = await startGraph({ shop, shipping })
    const query =
      'query($in: String!) { products { price(currency: $in) dollars: price(currency: "USD") inDollars inEuros } }'
    expect(await graph.ask(query, { in: 'GBP' })).toEqual({
      data: { products: [{ price: 1, dollars: 100, inDollars: 200, inEuros: 109 }] },
    })
  })

  it('cannot be forged with an alias', async () => {
    graph = await startGraph({ shop, shipping })
    expect(
      await graph.ask(
        '{ products { weight: id id: name __typename: weight price: weight category: name inDollars inStock } }',
      ),
    ).toEqual({
      data: {
        products: [{ weight: '1', id: 'one', __typename: 2, price: 2, category: 'one', inDollars: 200, inStock: true }],
      },
    })
  })

  it('reach through lists and several subgraphs', async () => {
    const feed: TestSubgraph = {
      sdl: `
        type Query { feed: [Post] }
        type Post @key(fields: "id") { id: ID! comments(limit: Int!): [Comment] @external }
        type Comment @key(fields: "id") {
          id: ID!
          author: ID
          alsoOn: [Post] @external
          isSpam: Boolean @requires(fields: "alsoOn { comments(limit: 50) { id } }")
        }
      `,
      resolvers: {
        Query: { feed: () => [{ id: 'p1' }, { id: 'p2' }] },
        Comment: {
          __resolveReference: (reference: { id: string }) => ({ ...reference, author: `a${reference.id}` }),
          isSpam: ({ alsoOn }: { alsoOn: { comments: { id: string }[] }[] }) => alsoOn[0]?.comments.length === 4,
        },
      },
    }
    const discussion: TestSubgraph = {
      sdl: `
        type Post @key(fields: "id") {
          id: ID!
          author: Author @requires(fields: "comments(limit: 3) { author }")
          comments(limit: Int!): [Comment]
        }
        type Comment @key(fields: "id") { id: ID! author: ID @external alsoOn: [Post] }
        type Author { id: ID! }
      `,
      resolvers: {
        Post: {
          __resolveReference: (reference: object) => reference,
          author: ({ comments }: { comments: { author: string }[] }) => {
            if (comments.length !== 3) throw new GraphQLError('expected three')
            return { id: comments[2]?.author }
          },
          comments: ({ id }: { id: string }, { limit }: { limit: number }) =>
            ['1', '2', '3', '4'].slice(0, limit).map((number) => ({ id: `${id}-${number}` })),
        },
        Comment: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          alsoOn: () => [{ id: 'p2' }],
        },
      },
    }
    graph = await startGraph({ feed, discussion })
    const query =
      'query($limit: Int = 1) { feed { author { id } comments(limit: $limit) { id isSpam } ...More } } fragment More on Post { comments(limit: $limit) { id } }'
    expect(await graph.ask(query)).toEqual({
      data: {
        feed: ['p1', 'p2'].map((id) => ({
          author: { id: `a${id}-3` },
          comments: [{ id: `${id}-1`, isSpam: true }],
        })),
      },
    })
  })
})

it('many keys, of which each subgraph resolves another, lead to the same entity', async () => {
  const named: TestSubgraph = {
    sdl: `
      type Query { named: A }
      type A @key(fields: "id") @key(fields: "code", resolvable: false) @key(fields: "place { row column }", resolvable: false)
        @key(fields: "id place { column level }", resolvable: false) {
        id: ID!
        code: ID!
        place: Place!
        name: String!
      }
      type Place { row: ID! column: ID! level: ID! }
    `,
    resolvers: {
      A: { __resolveReference: ({ id }: { id: string }) => ({ id, code: `c${id}`, place, name: `a.${id}` }) },
    },
  }
  const place = { row: 'r', column: 'c', level: 'l' }
  const placed: TestSubgraph = {
    sdl: `
      type Query { b: B }
      type B @key(fields: "id") { id: ID! a: [A!]! }
      type A @key(fields: "place { row column }", resolvable: false) @key(fields: "id place { column level }")
        @key(fields: "code", resolvable: false) @key(fields: "id", resolvable: false) {
        id: ID!
        code: ID!
        place: Place!
        name: String! @external
        nameInB: String! @requires(fields: "name")
      }
      type Place { row: ID! column: ID! level: ID! }
    `,
    resolvers: {
      Query: { b: () => ({ id: '100', a: [{ id: '1', code: 'c1', place }] }) },
      A: {
        __resolveReference: (reference: { id?: string; place?: { column?: string; level?: string } }) => {
          if (!reference.id || !reference.place?.column || !reference.place.level) throw new Error('no key')
          return reference
        },
        nameInB: ({ name }: { name: string }) => `in b: ${name}`,
      },
    },
  }
  graph = await startGraph({ named, placed })
  expect(await graph.ask('{ b { id a { id name nameInB } } }')).toEqual({
    data: { b: { id: '100', a: [{ id: '1', name: 'a.1', nameInB: 'in b: a.1' }] } },
  })
})

describe('interface objects that cannot be resolved', () => {
  const a: TestSubgraph = {
    sdl: `
      type Query { a: Node product: Product }
      interface Node @key(fields: "id") { id: ID! }
      type NodeImpl implements Node @key(fields: "id") { id: ID! }
      type Product @interfaceObject @key(fields: "id", resolvable: false) { id: ID! }
    `,
    resolvers: {
      Query: { a: () => ({ __typename: 'NodeImpl', id: 'n1' }), product: () => ({ id: 'p1' }) },
    },
  }
  const b: TestSubgraph = {
    sdl: `
      type Query { b: Node }
      type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID! field: String }
      interface Product @key(fields: "id") { id: ID! }
      type Bread implements Product @key(fields: "id") { id: ID! name: String! }
    `,
    resolvers: {
      Query: { b: () => ({ id: 'n1', field: 'foo' }) },
      Product: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Bread', id, name: 'Rye' }) },
      Bread: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Rye' }) },
    },
  }

  it('still have the fields of the interface', async () => {
    graph = await startGraph({ a, b }, { satisfiable: false })
    expect(await graph.ask('{ b { id field } }')).toEqual({ data: { b: { id: 'n1', field: 'foo' } } })
    expect(await graph.ask('{ b { id } a { id } }')).toEqual({ data: { b: { id: 'n1' }, a: { id: 'n1' } } })
    expect(await graph.ask('{ product { id } }')).toEqual({ data: { product: { id: 'p1' } } })
    expect(await graph.ask('{ product { __typename ... on Bread { id name } } }')).toEqual({
      data: { product: { __typename: 'Bread', id: 'p1', name: 'Rye' } },
    })
    expect(await graph.ask('{ product { ... on Bread { id } } }')).toEqual({ data: { product: { id: 'p1' } } })
  })

  it('what cannot be planned is an error, not a silent null', async () => {
    graph = await startGraph({ a, b }, { satisfiable: false })
    expect((await graph.ask('{ a { id field } }')).errors).toHaveLength(1)
  })

  it('a field that no type can answer is an error, though the planner leaves it out', async () => {
    const bare: TestSubgraph = {
      sdl: 'type Query { a: Node on: Boolean } interface Node @key(fields: "id") { id: ID! }',
      resolvers: { Query: { a: () => null, on: () => true } },
    }
    const remark: TestSubgraph = {
      sdl: 'type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID! remark: String }',
      resolvers: {},
    }
    graph = await startGraph({ bare, remark }, { satisfiable: false })
    const refused = { errors: [{ message: expect.any(String), extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }
    expect(await graph.ask('{ a { remark } }')).toEqual(refused)
    expect(await graph.ask('{ on ...F } fragment F on Query { a { remark } }')).toEqual(refused)
    expect(await graph.ask('{ on a @skip(if: true) { remark } }')).toEqual({ data: { on: true } })
  })
})

it('a fragment that is spread in several places of an entity goes with it', async () => {
  const catalog: TestSubgraph = {
    sdl: `
      type Query { items: [Item!]! }
      interface Item { id: ID! }
      type Book implements Item @key(fields: "id") { id: ID! maker: Maker backup: Maker }
      type Film implements Item @key(fields: "id") { id: ID! maker: Maker }
      union Maker = House | Person
      type House @key(fields: "id") { id: ID! city: String }
      type Person { email: String }
    `,
    resolvers: {
      Item: { __resolveType: ({ id }: { id: string }) => (id.startsWith('b') ? 'Book' : 'Film') },
      Query: { items: () => [{ id: 'b1' }, { id: 'f1' }] },
      Book: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        maker: () => ({ __typename: 'House', id: 'h1', city: 'Mainz' }),
        backup: () => ({ __typename: 'Person', email: 'b@example.com' }),
      },
      Film: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        maker: () => ({ __typename: 'Person', email: 'f@example.com' }),
      },
    },
  }
  const lending: TestSubgraph = {
    sdl: `
      type Query { lent: [Item!]! }
      interface Item { id: ID! }
      type Book implements Item @key(fields: "id") { id: ID! }
      type Film implements Item @key(fields: "id") { id: ID! }
      type House @key(fields: "id") { id: ID! sales: Int }
    `,
    resolvers: {
      Item: { __resolveType: ({ id }: { id: string }) => (id.startsWith('b') ? 'Book' : 'Film') },
      Query: { lent: () => [{ id: 'b1' }, { id: 'f1' }] },
      House: { __resolveReference: ({ id }: { id: string }) => ({ id, sales: 7 }) },
    },
  }
  graph = await startGraph({ catalog, lending })
  const query = `
    { lent { id ... on Book { maker { ...Made } backup { ...Made } } ... on Film { maker { ...Made } } } }
    fragment Made on Maker { ... on House { id city sales } ... on Person { email } }
  `
  expect(await graph.ask(query)).toEqual({
    data: {
      lent: [
        { id: 'b1', maker: { id: 'h1', city: 'Mainz', sales: 7 }, backup: { email: 'b@example.com' } },
        { id: 'f1', maker: { email: 'f@example.com' } },
      ],
    },
  })
})

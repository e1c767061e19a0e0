import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Booking as BookingInAState, Item } from '../domain/booking.ts';
import type { VehicleRef, Context } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant with its zone, ISO 8601 (2026-11-21T08:00:00.000Z). */
  DateTime: { input: Date; output: Date; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** A hold can be extended once. */
export type AlreadyExtended = Problem & {
  readonly __typename?: 'AlreadyExtended';
  readonly message: Scalars['String']['output'];
};

/** Somebody else has at least one of them. */
export type AlreadyTaken = Problem & {
  readonly __typename?: 'AlreadyTaken';
  /** The nearest that are free, nearest first, at most 5. */
  readonly alternatives: ReadonlyArray<Vehicle>;
  readonly message: Scalars['String']['output'];
  /** Which of the wanted ids are taken. */
  readonly takenIds: ReadonlyArray<Scalars['ID']['output']>;
};

/** An id that no search shows (any more): vehicles get a new one after each ride. */
export type BookableNotFound = Problem & {
  readonly __typename?: 'BookableNotFound';
  readonly ids: ReadonlyArray<Scalars['ID']['output']>;
  readonly message: Scalars['String']['output'];
};

/** Somebody's claim on one or several things that exist only once. */
export type Booking = {
  readonly __typename?: 'Booking';
  /** What will be authorised on the card before it begins; the final fare is captured from it. */
  readonly authorisation: Money;
  readonly cancelReason: Maybe<CancelReason>;
  readonly createdAt: Scalars['DateTime']['output'];
  /** Whose it is; for the other subgraphs' own checks. */
  readonly customerId: Scalars['ID']['output'];
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  /** HELD: when the hold ends. PROCESSING: when payment must be settled. CONFIRMED: start before. Else null. */
  readonly expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** Whether the hold was extended; it can be once. */
  readonly extended: Scalars['Boolean']['output'];
  /** What it cost; null until COMPLETED. */
  readonly fare: Maybe<Fare>;
  readonly id: Scalars['ID']['output'];
  readonly items: ReadonlyArray<BookingItem>;
  readonly startedAt: Maybe<Scalars['DateTime']['output']>;
  readonly state: BookingState;
};

export type BookingConnection = {
  readonly __typename?: 'BookingConnection';
  readonly edges: ReadonlyArray<BookingEdge>;
  readonly pageInfo: PageInfo;
};

export type BookingEdge = {
  readonly __typename?: 'BookingEdge';
  readonly cursor: Scalars['String']['output'];
  readonly node: Booking;
};

/** One booked thing and the price agreed when it was held. */
export type BookingItem = {
  readonly __typename?: 'BookingItem';
  readonly price: PriceQuote;
  /** The vehicle while the booking has it; null once that is over, because a past ride must not tell the vehicle's new id. */
  readonly vehicle: Maybe<Vehicle>;
};

export type BookingItemInput = {
  /** The public id of the thing, as a search showed it. */
  readonly bookableId: Scalars['ID']['input'];
};

/** There is no such booking for you. */
export type BookingNotFound = Problem & {
  readonly __typename?: 'BookingNotFound';
  readonly message: Scalars['String']['output'];
};

/** The life of a booking. The table of moves stands in this subgraph's README. */
export type BookingState =
  /** In use. */
  | 'ACTIVE'
  /** Ended by somebody's decision; see `cancelReason`. */
  | 'CANCELLED'
  /** Over, in the normal way. */
  | 'COMPLETED'
  /** Paid for; to be started before `expiresAt`. */
  | 'CONFIRMED'
  /** Ended by time. */
  | 'EXPIRED'
  /** Taken for a short time, until `expiresAt`. */
  | 'HELD'
  /** Payment's answer is unknown; nobody else can have it until it is known. */
  | 'NEEDS_REVIEW'
  /** Payment is under way; time alone no longer ends it. */
  | 'PROCESSING';

export type CancelBookingInput = {
  readonly bookingId: Scalars['ID']['input'];
};

export type CancelBookingResult = BookingNotFound | CancelBookingSuccess | WrongState;

export type CancelBookingSuccess = {
  readonly __typename?: 'CancelBookingSuccess';
  readonly booking: Booking;
};

export type CancelReason =
  | 'CUSTOMER'
  | 'OPERATOR'
  /** No attempt to pay succeeded in time. */
  | 'PAYMENT_FAILED';

/** Several holds in a row were left to expire. */
export type CoolingDown = Problem & {
  readonly __typename?: 'CoolingDown';
  readonly message: Scalars['String']['output'];
  readonly retryAt: Scalars['DateTime']['output'];
};

export type CreateBookingInput = {
  /** What to hold; the `id` of a Vehicle. One vehicle per booking. */
  readonly items: ReadonlyArray<BookingItemInput>;
  /** A UUID that you choose; keep it when you repeat the request. */
  readonly requestId: Scalars['ID']['input'];
};

export type CreateBookingResult = AlreadyTaken | BookableNotFound | CoolingDown | CreateBookingSuccess | HoldsTooFast | RequestIdReused | TooManyHolds | TooManyItems | VehicleOffline | VehicleWithdrawn;

export type CreateBookingSuccess = {
  readonly __typename?: 'CreateBookingSuccess';
  readonly booking: Booking;
};

export type ExtendHoldInput = {
  readonly bookingId: Scalars['ID']['input'];
  readonly requestId: Scalars['ID']['input'];
};

export type ExtendHoldResult = AlreadyExtended | BookingNotFound | ExtendHoldSuccess | HoldExpired | RequestIdReused | WrongState;

export type ExtendHoldSuccess = {
  readonly __typename?: 'ExtendHoldSuccess';
  readonly booking: Booking;
};

export type Fare = {
  readonly __typename?: 'Fare';
  readonly lines: ReadonlyArray<FareLine>;
  readonly total: Money;
};

export type FareLine = {
  readonly __typename?: 'FareLine';
  readonly kind: FareLineKind;
  readonly quantity: Scalars['Int']['output'];
  readonly total: Money;
  readonly unit: Money;
};

export type FareLineKind =
  /** What the ceiling takes off; negative. */
  | 'CAP'
  /** Started minutes. */
  | 'MINUTES'
  | 'UNLOCK';

/** The hold ran out. */
export type HoldExpired = Problem & {
  readonly __typename?: 'HoldExpired';
  readonly expiredAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
};

/** Too many holds within a minute. */
export type HoldsTooFast = Problem & {
  readonly __typename?: 'HoldsTooFast';
  readonly message: Scalars['String']['output'];
  readonly retryAt: Scalars['DateTime']['output'];
};

/** An amount of money. Never a float. */
export type Money = {
  readonly __typename?: 'Money';
  /** In the currency's minor unit (cents). */
  readonly amountMinor: Scalars['Int']['output'];
  /** ISO 4217. */
  readonly currency: Scalars['String']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Ends a booking that has not begun. An authorisation is voided. Asked again it answers the same. */
  readonly cancelBooking: Maybe<CancelBookingResult>;
  /**
   * Takes things for a short time (vehicles: 5 minutes) while you decide and pay. All of them or none. The same
   * `requestId` with the same input answers with the same booking, however often it is asked.
   */
  readonly createBooking: Maybe<CreateBookingResult>;
  /** Gives a hold more time, once per booking (vehicles: 5 minutes more). */
  readonly extendHold: Maybe<ExtendHoldResult>;
};


export type MutationCancelBookingArgs = {
  input: CancelBookingInput;
};


export type MutationCreateBookingArgs = {
  input: CreateBookingInput;
};


export type MutationExtendHoldArgs = {
  input: ExtendHoldInput;
};

export type PageInfo = {
  readonly __typename?: 'PageInfo';
  readonly endCursor: Maybe<Scalars['String']['output']>;
  readonly hasNextPage: Scalars['Boolean']['output'];
};

/** A price before it is spent: a fixed part, a part by time, a ceiling. */
export type PriceQuote = {
  readonly __typename?: 'PriceQuote';
  /** What will be authorised on the card. */
  readonly authorisation: Money;
  /** The most a booking can cost. */
  readonly cap: Money;
  /** Per started minute. */
  readonly perMinute: Money;
  readonly unlock: Money;
};

/** A request we understood and refused. Nothing has changed. */
export type Problem = {
  /** One sentence for people, with the next step in it. May change; the facts are the other fields. */
  readonly message: Scalars['String']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** A booking of yours (operators: anyone's); null when there is none. */
  readonly booking: Maybe<Booking>;
  /** Who the gateway took you for. */
  readonly me: Viewer;
  /** Your bookings, newest first. At most 100 at a time. */
  readonly myBookings: BookingConnection;
};


export type QueryBookingArgs = {
  id: Scalars['ID']['input'];
};


export type QueryMyBookingsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  state?: InputMaybe<ReadonlyArray<BookingState>>;
};

/** The `requestId` was used before, for something else. */
export type RequestIdReused = Problem & {
  readonly __typename?: 'RequestIdReused';
  readonly message: Scalars['String']['output'];
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** The booking as it is, then after every change. Ends when the booking is over. Null when there is no such booking for you. */
  readonly bookingStatus: Maybe<Booking>;
};


export type SubscriptionBookingStatusArgs = {
  bookingId: Scalars['ID']['input'];
};

/** You have the most open holds a customer may have. */
export type TooManyHolds = Problem & {
  readonly __typename?: 'TooManyHolds';
  readonly limit: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
};

/** More things than one booking may have, or the same one twice. */
export type TooManyItems = Problem & {
  readonly __typename?: 'TooManyItems';
  readonly limit: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
};

export type Vehicle = {
  readonly __typename?: 'Vehicle';
  readonly id: Scalars['ID']['output'];
  /** What riding it costs from now on; null when it cannot be booked at all. */
  readonly price: Maybe<PriceQuote>;
};

/** The vehicle is not reachable by radio, so it could not be unlocked. */
export type VehicleOffline = Problem & {
  readonly __typename?: 'VehicleOffline';
  readonly alternatives: ReadonlyArray<Vehicle>;
  readonly ids: ReadonlyArray<Scalars['ID']['output']>;
  readonly message: Scalars['String']['output'];
};

/** The vehicle is out of service. */
export type VehicleWithdrawn = Problem & {
  readonly __typename?: 'VehicleWithdrawn';
  readonly alternatives: ReadonlyArray<Vehicle>;
  readonly ids: ReadonlyArray<Scalars['ID']['output']>;
  readonly message: Scalars['String']['output'];
};

export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The token's subject; null for anonymous. */
  readonly id: Maybe<Scalars['ID']['output']>;
  readonly role: ViewerRole;
};

export type ViewerRole =
  | 'ANONYMOUS'
  | 'CUSTOMER'
  | 'OPERATOR'
  | 'VEHICLE';

/** The booking's state does not allow this. */
export type WrongState = Problem & {
  readonly __typename?: 'WrongState';
  readonly message: Scalars['String']['output'];
  readonly state: BookingState;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Booking: Booking;
  Vehicle: Vehicle;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Booking:
    ( { __typename: 'Booking' }
    & GraphQLRecursivePick<FederationTypes['Booking'], {"id":true}> );
  Vehicle:
    ( { __typename: 'Vehicle' }
    & GraphQLRecursivePick<FederationTypes['Vehicle'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  CancelBookingResult:
    | ( BookingNotFound & { __typename: 'BookingNotFound' } )
    | ( Omit<CancelBookingSuccess, 'booking'> & { booking: _RefType['Booking'] } & { __typename: 'CancelBookingSuccess' } )
    | ( WrongState & { __typename: 'WrongState' } )
  ;
  CreateBookingResult:
    | ( Omit<AlreadyTaken, 'alternatives'> & { alternatives: ReadonlyArray<_RefType['Vehicle']> } & { __typename: 'AlreadyTaken' } )
    | ( BookableNotFound & { __typename: 'BookableNotFound' } )
    | ( CoolingDown & { __typename: 'CoolingDown' } )
    | ( Omit<CreateBookingSuccess, 'booking'> & { booking: _RefType['Booking'] } & { __typename: 'CreateBookingSuccess' } )
    | ( HoldsTooFast & { __typename: 'HoldsTooFast' } )
    | ( RequestIdReused & { __typename: 'RequestIdReused' } )
    | ( TooManyHolds & { __typename: 'TooManyHolds' } )
    | ( TooManyItems & { __typename: 'TooManyItems' } )
    | ( Omit<VehicleOffline, 'alternatives'> & { alternatives: ReadonlyArray<_RefType['Vehicle']> } & { __typename: 'VehicleOffline' } )
    | ( Omit<VehicleWithdrawn, 'alternatives'> & { alternatives: ReadonlyArray<_RefType['Vehicle']> } & { __typename: 'VehicleWithdrawn' } )
  ;
  ExtendHoldResult:
    | ( AlreadyExtended & { __typename: 'AlreadyExtended' } )
    | ( BookingNotFound & { __typename: 'BookingNotFound' } )
    | ( Omit<ExtendHoldSuccess, 'booking'> & { booking: _RefType['Booking'] } & { __typename: 'ExtendHoldSuccess' } )
    | ( HoldExpired & { __typename: 'HoldExpired' } )
    | ( RequestIdReused & { __typename: 'RequestIdReused' } )
    | ( WrongState & { __typename: 'WrongState' } )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Problem:
    | ( AlreadyExtended )
    | ( Omit<AlreadyTaken, 'alternatives'> & { alternatives: ReadonlyArray<_RefType['Vehicle']> } )
    | ( BookableNotFound )
    | ( BookingNotFound )
    | ( CoolingDown )
    | ( HoldExpired )
    | ( HoldsTooFast )
    | ( RequestIdReused )
    | ( TooManyHolds )
    | ( TooManyItems )
    | ( Omit<VehicleOffline, 'alternatives'> & { alternatives: ReadonlyArray<_RefType['Vehicle']> } )
    | ( Omit<VehicleWithdrawn, 'alternatives'> & { alternatives: ReadonlyArray<_RefType['Vehicle']> } )
    | ( WrongState )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AlreadyExtended: ResolverTypeWrapper<AlreadyExtended>;
  AlreadyTaken: ResolverTypeWrapper<Omit<AlreadyTaken, 'alternatives'> & { alternatives: ReadonlyArray<ResolversTypes['Vehicle']> }>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  BookableNotFound: ResolverTypeWrapper<BookableNotFound>;
  Booking: ResolverTypeWrapper<BookingInAState>;
  BookingConnection: ResolverTypeWrapper<Omit<BookingConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['BookingEdge']> }>;
  BookingEdge: ResolverTypeWrapper<Omit<BookingEdge, 'node'> & { node: ResolversTypes['Booking'] }>;
  BookingItem: ResolverTypeWrapper<Item>;
  BookingItemInput: BookingItemInput;
  BookingNotFound: ResolverTypeWrapper<BookingNotFound>;
  BookingState: BookingState;
  CancelBookingInput: CancelBookingInput;
  CancelBookingResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CancelBookingResult']>;
  CancelBookingSuccess: ResolverTypeWrapper<Omit<CancelBookingSuccess, 'booking'> & { booking: ResolversTypes['Booking'] }>;
  CancelReason: CancelReason;
  CoolingDown: ResolverTypeWrapper<CoolingDown>;
  CreateBookingInput: CreateBookingInput;
  CreateBookingResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateBookingResult']>;
  CreateBookingSuccess: ResolverTypeWrapper<Omit<CreateBookingSuccess, 'booking'> & { booking: ResolversTypes['Booking'] }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  ExtendHoldInput: ExtendHoldInput;
  ExtendHoldResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ExtendHoldResult']>;
  ExtendHoldSuccess: ResolverTypeWrapper<Omit<ExtendHoldSuccess, 'booking'> & { booking: ResolversTypes['Booking'] }>;
  Fare: ResolverTypeWrapper<Fare>;
  FareLine: ResolverTypeWrapper<FareLine>;
  FareLineKind: FareLineKind;
  HoldExpired: ResolverTypeWrapper<HoldExpired>;
  HoldsTooFast: ResolverTypeWrapper<HoldsTooFast>;
  Money: ResolverTypeWrapper<Money>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PriceQuote: ResolverTypeWrapper<PriceQuote>;
  Problem: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Problem']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RequestIdReused: ResolverTypeWrapper<RequestIdReused>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TooManyHolds: ResolverTypeWrapper<TooManyHolds>;
  TooManyItems: ResolverTypeWrapper<TooManyItems>;
  Vehicle: ResolverTypeWrapper<VehicleRef>;
  VehicleOffline: ResolverTypeWrapper<Omit<VehicleOffline, 'alternatives'> & { alternatives: ReadonlyArray<ResolversTypes['Vehicle']> }>;
  VehicleWithdrawn: ResolverTypeWrapper<Omit<VehicleWithdrawn, 'alternatives'> & { alternatives: ReadonlyArray<ResolversTypes['Vehicle']> }>;
  Viewer: ResolverTypeWrapper<Viewer>;
  ViewerRole: ViewerRole;
  WrongState: ResolverTypeWrapper<WrongState>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AlreadyExtended: AlreadyExtended;
  AlreadyTaken: Omit<AlreadyTaken, 'alternatives'> & { alternatives: ReadonlyArray<ResolversParentTypes['Vehicle']> };
  ID: Scalars['ID']['output'];
  BookableNotFound: BookableNotFound;
  Booking: BookingInAState;
  BookingConnection: Omit<BookingConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['BookingEdge']> };
  BookingEdge: Omit<BookingEdge, 'node'> & { node: ResolversParentTypes['Booking'] };
  BookingItem: Item;
  BookingItemInput: BookingItemInput;
  BookingNotFound: BookingNotFound;
  CancelBookingInput: CancelBookingInput;
  CancelBookingResult: ResolversUnionTypes<ResolversParentTypes>['CancelBookingResult'];
  CancelBookingSuccess: Omit<CancelBookingSuccess, 'booking'> & { booking: ResolversParentTypes['Booking'] };
  CoolingDown: CoolingDown;
  CreateBookingInput: CreateBookingInput;
  CreateBookingResult: ResolversUnionTypes<ResolversParentTypes>['CreateBookingResult'];
  CreateBookingSuccess: Omit<CreateBookingSuccess, 'booking'> & { booking: ResolversParentTypes['Booking'] };
  DateTime: Scalars['DateTime']['output'];
  ExtendHoldInput: ExtendHoldInput;
  ExtendHoldResult: ResolversUnionTypes<ResolversParentTypes>['ExtendHoldResult'];
  ExtendHoldSuccess: Omit<ExtendHoldSuccess, 'booking'> & { booking: ResolversParentTypes['Booking'] };
  Fare: Fare;
  FareLine: FareLine;
  HoldExpired: HoldExpired;
  HoldsTooFast: HoldsTooFast;
  Money: Money;
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  PriceQuote: PriceQuote;
  Problem: ResolversInterfaceTypes<ResolversParentTypes>['Problem'];
  Query: Record<PropertyKey, never>;
  RequestIdReused: RequestIdReused;
  Subscription: Record<PropertyKey, never>;
  TooManyHolds: TooManyHolds;
  TooManyItems: TooManyItems;
  Vehicle: VehicleRef;
  VehicleOffline: Omit<VehicleOffline, 'alternatives'> & { alternatives: ReadonlyArray<ResolversParentTypes['Vehicle']> };
  VehicleWithdrawn: Omit<VehicleWithdrawn, 'alternatives'> & { alternatives: ReadonlyArray<ResolversParentTypes['Vehicle']> };
  Viewer: Viewer;
  WrongState: WrongState;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
  Int: Scalars['Int']['output'];
};

export type LiveDirectiveArgs = {
  identity?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  key?: Maybe<Scalars['String']['input']>;
  slow?: Scalars['String']['input'];
  snapshot?: Scalars['Boolean']['input'];
};

export type LiveDirectiveResolver<Result, Parent, ContextType = Context, Args = LiveDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type RateDirectiveArgs = {
  away?: Scalars['String']['input'];
  count: Scalars['Int']['input'];
  per?: Scalars['String']['input'];
  seconds: Scalars['Int']['input'];
};

export type RateDirectiveResolver<Result, Parent, ContextType = Context, Args = RateDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AlreadyExtendedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlreadyExtended'] = ResolversParentTypes['AlreadyExtended']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AlreadyTakenResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AlreadyTaken'] = ResolversParentTypes['AlreadyTaken']> = {
  alternatives?: Resolver<ReadonlyArray<ResolversTypes['Vehicle']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  takenIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BookableNotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookableNotFound'] = ResolversParentTypes['BookableNotFound']> = {
  ids?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BookingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Booking'] = ResolversParentTypes['Booking'], FederationReferenceType extends FederationReferenceTypes['Booking'] = FederationReferenceTypes['Booking']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Booking']> | FederationReferenceType, FederationReferenceType, ContextType>;
  authorisation?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  cancelReason?: Resolver<Maybe<ResolversTypes['CancelReason']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  customerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  extended?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  fare?: Resolver<Maybe<ResolversTypes['Fare']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  items?: Resolver<ReadonlyArray<ResolversTypes['BookingItem']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['BookingState'], ParentType, ContextType>;
};

export type BookingConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingConnection'] = ResolversParentTypes['BookingConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['BookingEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type BookingEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingEdge'] = ResolversParentTypes['BookingEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
};

export type BookingItemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingItem'] = ResolversParentTypes['BookingItem']> = {
  price?: Resolver<ResolversTypes['PriceQuote'], ParentType, ContextType>;
  vehicle?: Resolver<Maybe<ResolversTypes['Vehicle']>, ParentType, ContextType>;
};

export type BookingNotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BookingNotFound'] = ResolversParentTypes['BookingNotFound']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CancelBookingResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CancelBookingResult'] = ResolversParentTypes['CancelBookingResult']> = {
  __resolveType: TypeResolveFn<'BookingNotFound' | 'CancelBookingSuccess' | 'WrongState', ParentType, ContextType>;
};

export type CancelBookingSuccessResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CancelBookingSuccess'] = ResolversParentTypes['CancelBookingSuccess']> = {
  booking?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CoolingDownResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CoolingDown'] = ResolversParentTypes['CoolingDown']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CreateBookingResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateBookingResult'] = ResolversParentTypes['CreateBookingResult']> = {
  __resolveType: TypeResolveFn<'AlreadyTaken' | 'BookableNotFound' | 'CoolingDown' | 'CreateBookingSuccess' | 'HoldsTooFast' | 'RequestIdReused' | 'TooManyHolds' | 'TooManyItems' | 'VehicleOffline' | 'VehicleWithdrawn', ParentType, ContextType>;
};

export type CreateBookingSuccessResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateBookingSuccess'] = ResolversParentTypes['CreateBookingSuccess']> = {
  booking?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type ExtendHoldResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExtendHoldResult'] = ResolversParentTypes['ExtendHoldResult']> = {
  __resolveType: TypeResolveFn<'AlreadyExtended' | 'BookingNotFound' | 'ExtendHoldSuccess' | 'HoldExpired' | 'RequestIdReused' | 'WrongState', ParentType, ContextType>;
};

export type ExtendHoldSuccessResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ExtendHoldSuccess'] = ResolversParentTypes['ExtendHoldSuccess']> = {
  booking?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FareResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Fare'] = ResolversParentTypes['Fare']> = {
  lines?: Resolver<ReadonlyArray<ResolversTypes['FareLine']>, ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type FareLineResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FareLine'] = ResolversParentTypes['FareLine']> = {
  kind?: Resolver<ResolversTypes['FareLineKind'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type HoldExpiredResolvers<ContextType = Context, ParentType extends ResolversParentTypes['HoldExpired'] = ResolversParentTypes['HoldExpired']> = {
  expiredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type HoldsTooFastResolvers<ContextType = Context, ParentType extends ResolversParentTypes['HoldsTooFast'] = ResolversParentTypes['HoldsTooFast']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amountMinor?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  cancelBooking: Resolver<Maybe<ResolversTypes['CancelBookingResult']>, ParentType, ContextType, RequireFields<MutationCancelBookingArgs, 'input'>>;
  createBooking: Resolver<Maybe<ResolversTypes['CreateBookingResult']>, ParentType, ContextType, RequireFields<MutationCreateBookingArgs, 'input'>>;
  extendHold: Resolver<Maybe<ResolversTypes['ExtendHoldResult']>, ParentType, ContextType, RequireFields<MutationExtendHoldArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type PriceQuoteResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PriceQuote'] = ResolversParentTypes['PriceQuote']> = {
  authorisation?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  cap?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  perMinute?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  unlock?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type ProblemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Problem'] = ResolversParentTypes['Problem']> = {
  __resolveType: TypeResolveFn<'AlreadyExtended' | 'AlreadyTaken' | 'BookableNotFound' | 'BookingNotFound' | 'CoolingDown' | 'HoldExpired' | 'HoldsTooFast' | 'RequestIdReused' | 'TooManyHolds' | 'TooManyItems' | 'VehicleOffline' | 'VehicleWithdrawn' | 'WrongState', ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  booking: Resolver<Maybe<ResolversTypes['Booking']>, ParentType, ContextType, RequireFields<QueryBookingArgs, 'id'>>;
  me: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  myBookings: Resolver<ResolversTypes['BookingConnection'], ParentType, ContextType, RequireFields<QueryMyBookingsArgs, 'first'>>;
};

export type RequestIdReusedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestIdReused'] = ResolversParentTypes['RequestIdReused']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  bookingStatus: SubscriptionResolver<Maybe<ResolversTypes['Booking']>, "bookingStatus", ParentType, ContextType, RequireFields<SubscriptionBookingStatusArgs, 'bookingId'>>;
};

export type TooManyHoldsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TooManyHolds'] = ResolversParentTypes['TooManyHolds']> = {
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TooManyItemsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TooManyItems'] = ResolversParentTypes['TooManyItems']> = {
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehicleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Vehicle'] = ResolversParentTypes['Vehicle'], FederationReferenceType extends FederationReferenceTypes['Vehicle'] = FederationReferenceTypes['Vehicle']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Vehicle']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  price?: Resolver<Maybe<ResolversTypes['PriceQuote']>, ParentType, ContextType>;
};

export type VehicleOfflineResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleOffline'] = ResolversParentTypes['VehicleOffline']> = {
  alternatives?: Resolver<ReadonlyArray<ResolversTypes['Vehicle']>, ParentType, ContextType>;
  ids?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type VehicleWithdrawnResolvers<ContextType = Context, ParentType extends ResolversParentTypes['VehicleWithdrawn'] = ResolversParentTypes['VehicleWithdrawn']> = {
  alternatives?: Resolver<ReadonlyArray<ResolversTypes['Vehicle']>, ParentType, ContextType>;
  ids?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['ViewerRole'], ParentType, ContextType>;
};

export type WrongStateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WrongState'] = ResolversParentTypes['WrongState']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['BookingState'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AlreadyExtended?: AlreadyExtendedResolvers<ContextType>;
  AlreadyTaken?: AlreadyTakenResolvers<ContextType>;
  BookableNotFound?: BookableNotFoundResolvers<ContextType>;
  Booking?: BookingResolvers<ContextType>;
  BookingConnection?: BookingConnectionResolvers<ContextType>;
  BookingEdge?: BookingEdgeResolvers<ContextType>;
  BookingItem?: BookingItemResolvers<ContextType>;
  BookingNotFound?: BookingNotFoundResolvers<ContextType>;
  CancelBookingResult?: CancelBookingResultResolvers<ContextType>;
  CancelBookingSuccess?: CancelBookingSuccessResolvers<ContextType>;
  CoolingDown?: CoolingDownResolvers<ContextType>;
  CreateBookingResult?: CreateBookingResultResolvers<ContextType>;
  CreateBookingSuccess?: CreateBookingSuccessResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  ExtendHoldResult?: ExtendHoldResultResolvers<ContextType>;
  ExtendHoldSuccess?: ExtendHoldSuccessResolvers<ContextType>;
  Fare?: FareResolvers<ContextType>;
  FareLine?: FareLineResolvers<ContextType>;
  HoldExpired?: HoldExpiredResolvers<ContextType>;
  HoldsTooFast?: HoldsTooFastResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PriceQuote?: PriceQuoteResolvers<ContextType>;
  Problem?: ProblemResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RequestIdReused?: RequestIdReusedResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TooManyHolds?: TooManyHoldsResolvers<ContextType>;
  TooManyItems?: TooManyItemsResolvers<ContextType>;
  Vehicle?: VehicleResolvers<ContextType>;
  VehicleOffline?: VehicleOfflineResolvers<ContextType>;
  VehicleWithdrawn?: VehicleWithdrawnResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
  WrongState?: WrongStateResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  live?: LiveDirectiveResolver<any, any, ContextType>;
  rate?: RateDirectiveResolver<any, any, ContextType>;
};

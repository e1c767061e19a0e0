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
  /** An instant in UTC, ISO 8601 with milliseconds (2026-11-21T08:00:00.000Z). */
  DateTime: { input: Date; output: Date; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** The hold was already extended, which is possible once. */
export type AlreadyExtended = Problem & {
  readonly __typename?: 'AlreadyExtended';
  readonly message: Scalars['String']['output'];
};

/** Another booking has at least one of the bookables. */
export type AlreadyTaken = Problem & {
  readonly __typename?: 'AlreadyTaken';
  /** The nearest free ones, nearest first, at most 5. */
  readonly alternatives: ReadonlyArray<Vehicle>;
  readonly message: Scalars['String']['output'];
  /** Those of the requested ids that are taken. */
  readonly takenIds: ReadonlyArray<Scalars['ID']['output']>;
};

/** Unknown ids. A vehicle gets a new id after each ride. */
export type BookableNotFound = Problem & {
  readonly __typename?: 'BookableNotFound';
  /** Those of the requested ids that are unknown. */
  readonly ids: ReadonlyArray<Scalars['ID']['output']>;
  readonly message: Scalars['String']['output'];
};

/** A customer's claim on one or several bookables. While it is live, nobody else can book them. */
export type Booking = {
  readonly __typename?: 'Booking';
  /** What is authorised on the card before the ride. The fare is captured from it. */
  readonly authorisation: Money;
  /** Null unless CANCELLED. */
  readonly cancelReason: Maybe<CancelReason>;
  readonly createdAt: Scalars['DateTime']['output'];
  /** The customer who booked, for the checks of other subgraphs. */
  readonly customerId: Scalars['ID']['output'];
  /** Null until COMPLETED. */
  readonly endedAt: Maybe<Scalars['DateTime']['output']>;
  /** HELD: end of the hold. PROCESSING: deadline of the payment. CONFIRMED: the ride must start before this. Null in every other state. */
  readonly expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** Whether the hold was extended. That is possible once. */
  readonly extended: Scalars['Boolean']['output'];
  /** What the ride cost. Null until COMPLETED. */
  readonly fare: Maybe<Fare>;
  readonly id: Scalars['ID']['output'];
  readonly items: ReadonlyArray<BookingItem>;
  /** Null before the ride. */
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

/** One line of a booking: a bookable and the price agreed when it was held. */
export type BookingItem = {
  readonly __typename?: 'BookingItem';
  readonly price: PriceQuote;
  /** The vehicle while the booking is live. Null after that, because a past ride must not reveal the vehicle's new id. */
  readonly vehicle: Maybe<Vehicle>;
};

export type BookingItemInput = {
  /** The public id of the bookable: the `id` of a Vehicle in a search. */
  readonly bookableId: Scalars['ID']['input'];
};

/** The viewer has no such booking. */
export type BookingNotFound = Problem & {
  readonly __typename?: 'BookingNotFound';
  readonly message: Scalars['String']['output'];
};

/** The state of a booking. The README of this subgraph shows every move between states. */
export type BookingState =
  /** The ride is running. */
  | 'ACTIVE'
  /** Ended before the ride; see `cancelReason`. */
  | 'CANCELLED'
  /** The ride has ended; see `fare`. */
  | 'COMPLETED'
  /** Paid for. It must start before `expiresAt`. */
  | 'CONFIRMED'
  /** Ended by time: not paid for, or not started. */
  | 'EXPIRED'
  /** The customer has the bookables until `expiresAt`, to decide and pay. */
  | 'HELD'
  /** The outcome of the payment is unknown. The booking keeps its bookables until it is known. */
  | 'NEEDS_REVIEW'
  /** Payment is under way. The booking does not end by time alone. */
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
  /** The customer cancelled it. */
  | 'CUSTOMER'
  /** An operator cancelled it, or the vehicle was taken out of service. */
  | 'OPERATOR'
  /** Payment did not succeed within the time and the attempts allowed. */
  | 'PAYMENT_FAILED';

/** Several holds of the customer in a row expired without payment. */
export type CoolingDown = Problem & {
  readonly __typename?: 'CoolingDown';
  readonly message: Scalars['String']['output'];
  /** When the next hold is allowed. */
  readonly retryAt: Scalars['DateTime']['output'];
};

export type CreateBookingInput = {
  /** What to hold, at least one. A booking has one vehicle. */
  readonly items: ReadonlyArray<BookingItemInput>;
  /** A UUID made by the client. A repetition of the request has the same one. */
  readonly requestId: Scalars['ID']['input'];
};

export type CreateBookingResult = AlreadyTaken | BookableNotFound | CoolingDown | CreateBookingSuccess | HoldsTooFast | RequestIdReused | TooManyHolds | TooManyItems | VehicleOffline | VehicleWithdrawn;

export type CreateBookingSuccess = {
  readonly __typename?: 'CreateBookingSuccess';
  readonly booking: Booking;
};

export type ExtendHoldInput = {
  readonly bookingId: Scalars['ID']['input'];
  /** A UUID made by the client. A repetition of the request has the same one. */
  readonly requestId: Scalars['ID']['input'];
};

export type ExtendHoldResult = AlreadyExtended | BookingNotFound | ExtendHoldSuccess | HoldExpired | RequestIdReused | WrongState;

export type ExtendHoldSuccess = {
  readonly __typename?: 'ExtendHoldSuccess';
  readonly booking: Booking;
};

/** What a ride cost. */
export type Fare = {
  readonly __typename?: 'Fare';
  readonly lines: ReadonlyArray<FareLine>;
  /** The sum of the lines. */
  readonly total: Money;
};

export type FareLine = {
  readonly __typename?: 'FareLine';
  readonly kind: FareLineKind;
  /** MINUTES: the number of started minutes. 1 for every other kind. */
  readonly quantity: Scalars['Int']['output'];
  /** `quantity` times `unit`. */
  readonly total: Money;
  /** The price of one. */
  readonly unit: Money;
};

export type FareLineKind =
  /** What the fees exceed the maximum fare by; a negative amount. */
  | 'CAP'
  /** The fee for the started minutes. */
  | 'MINUTES'
  /** The fixed fee. */
  | 'UNLOCK';

/** The hold has expired. */
export type HoldExpired = Problem & {
  readonly __typename?: 'HoldExpired';
  readonly expiredAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
};

/** The customer has placed too many holds in one minute. */
export type HoldsTooFast = Problem & {
  readonly __typename?: 'HoldsTooFast';
  readonly message: Scalars['String']['output'];
  /** When the next hold is allowed. */
  readonly retryAt: Scalars['DateTime']['output'];
};

/** An amount of money. */
export type Money = {
  readonly __typename?: 'Money';
  /** In the minor unit of the currency (cents). */
  readonly amountMinor: Scalars['Int']['output'];
  /** The ISO 4217 code (EUR). */
  readonly currency: Scalars['String']['output'];
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Cancels a booking that is HELD or CONFIRMED and voids its authorisation. Cancelling it again gives the same answer. */
  readonly cancelBooking: Maybe<CancelBookingResult>;
  /**
   * Holds bookables for a short time (vehicles: 5 minutes), in which the customer decides and pays: all of them or none. A
   * repeated `requestId` with the same input is answered with the same booking.
   */
  readonly createBooking: Maybe<CreateBookingResult>;
  /** Extends a hold (vehicles: by 5 minutes). Possible once per booking. A repeated `requestId` with the same input is answered with the same booking. */
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

/** What a ride will cost: a fixed fee, a fee per minute, a maximum. */
export type PriceQuote = {
  readonly __typename?: 'PriceQuote';
  /** What is authorised on the card before the ride. */
  readonly authorisation: Money;
  /** The maximum fare. */
  readonly cap: Money;
  /** The fee per started minute. */
  readonly perMinute: Money;
  /** The fixed fee. */
  readonly unlock: Money;
};

/** Why a request was refused. A refused request has changed nothing. */
export type Problem = {
  /** What happened and what to do next, for people to read. The text may change; programs use the type and its other fields. */
  readonly message: Scalars['String']['output'];
};

export type Query = {
  readonly __typename?: 'Query';
  /** A booking by its id. Customers see their own bookings, operators all. Null when there is no such booking. */
  readonly booking: Maybe<Booking>;
  /** Who is asking, as the gateway has authenticated it. */
  readonly me: Viewer;
  /** The bookings of the customer who asks, newest first. `first` is 1 to 100; `after` is the `endCursor` of the page before. */
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

/** The `requestId` was already used for a different request. */
export type RequestIdReused = Problem & {
  readonly __typename?: 'RequestIdReused';
  readonly message: Scalars['String']['output'];
};

export type Subscription = {
  readonly __typename?: 'Subscription';
  /** The booking now, then after every change. Completes when the booking has ended. One null when the viewer has no such booking. */
  readonly bookingStatus: Maybe<Booking>;
};


export type SubscriptionBookingStatusArgs = {
  bookingId: Scalars['ID']['input'];
};

/** The customer has as many unpaid bookings as are allowed at a time. */
export type TooManyHolds = Problem & {
  readonly __typename?: 'TooManyHolds';
  /** How many unpaid bookings a customer can have at a time. */
  readonly limit: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
};

/** More bookables than one booking can have, or the same one twice. */
export type TooManyItems = Problem & {
  readonly __typename?: 'TooManyItems';
  /** How many bookables one booking can have. */
  readonly limit: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
};

export type Vehicle = {
  readonly __typename?: 'Vehicle';
  readonly id: Scalars['ID']['output'];
  /** What a ride that is booked now will cost. Null when the vehicle is unknown or out of service. */
  readonly price: Maybe<PriceQuote>;
};

/** The vehicle is out of contact, so it could not be unlocked. */
export type VehicleOffline = Problem & {
  readonly __typename?: 'VehicleOffline';
  /** The nearest free ones, nearest first, at most 5. */
  readonly alternatives: ReadonlyArray<Vehicle>;
  /** Those of the requested ids that are out of contact. */
  readonly ids: ReadonlyArray<Scalars['ID']['output']>;
  readonly message: Scalars['String']['output'];
};

/** The vehicle is out of service. */
export type VehicleWithdrawn = Problem & {
  readonly __typename?: 'VehicleWithdrawn';
  /** The nearest free ones, nearest first, at most 5. */
  readonly alternatives: ReadonlyArray<Vehicle>;
  /** Those of the requested ids that are out of service. */
  readonly ids: ReadonlyArray<Scalars['ID']['output']>;
  readonly message: Scalars['String']['output'];
};

export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The subject of the token; null for an anonymous viewer. */
  readonly id: Maybe<Scalars['ID']['output']>;
  readonly role: ViewerRole;
};

export type ViewerRole =
  | 'ANONYMOUS'
  | 'CUSTOMER'
  | 'OPERATOR'
  | 'VEHICLE';

/** The state of the booking does not allow this. */
export type WrongState = Problem & {
  readonly __typename?: 'WrongState';
  readonly message: Scalars['String']['output'];
  /** The state of the booking now. */
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

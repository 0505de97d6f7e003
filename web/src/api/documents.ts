// The documents that belong to no lens, as src/Tessar.Web/Documents writes them. Every document carries `schema`;
// a server that is newer than this page is refused in client.ts.

export const newestSchema = 1;

/** An answer of the server that is an error (RFC 9457), or a failure to get one. */
export interface Problem {
  status: number;
  title: string;
  code: string;
  cause: string;
  action: string;
  command: string | null;
}

export type RunStatus = 'starting' | 'running' | 'completed' | 'interrupted' | 'failed' | 'unreadable';
export type MethodState = 'done' | 'stale' | 'missing';

export interface MethodBadge {
  method: string;
  state: MethodState;
}

export interface RunRow {
  name: string;
  status: RunStatus;
  kind: 'trained' | 'imported' | null;
  created: string | null;
  seconds: number | null;
  model: string | null;
  parameters: number | null;
  data: string | null;
  epochs: number | null;
  plantedErrors: number;
  testAccuracy: number | null;
  bytes: number;
  methods: MethodBadge[];
  problem: Problem | null;
}

export interface RunsDocument {
  schema: number;
  directory: string;
  /** What to type to get a first run. */
  command: string;
  runs: RunRow[];
}

export interface Fact {
  name: string;
  value: string;
}

export interface FactGroup {
  group: string;
  facts: Fact[];
}

export interface MethodCard {
  method: string;
  state: MethodState;
  summary: string;
  /** Why a result is stale, in a sentence. */
  reason: string | null;
  created: string | null;
  /** Computes, or recomputes, the result. */
  command: string;
  /** Whether a job can compute it. */
  canCompute: boolean;
}

export interface LensCard {
  lens: string;
  title: string;
  /** Empty when nobody has said it. */
  question: string;
  /** The command that asks it, without the run; null when none does. */
  command: string | null;
  /** The method that is asked when none is named; null when the lens can't be asked. */
  defaultMethod: string | null;
  /** What a job of it answers for; null for a lens that is asked about the run as a whole. */
  targets: string | null;
  methods: MethodCard[];
}

export type ResultState = 'done' | 'stale' | 'unreadable';

export interface ResultCheck {
  name: string;
  value: number;
  limit: number | null;
  meaning: string;
  holds: boolean;
}

/** What a result that can't be read doesn't tell is null. */
export interface ResultRow {
  key: string;
  lens: string;
  question: string;
  method: string;
  state: ResultState;
  /** Why it is stale or can't be read. */
  reason: string | null;
  created: string | null;
  seconds: number | null;
  targets: string | null;
  train: string | null;
  options: Fact[];
  checks: ResultCheck[];
  remarks: string[];
}

export interface ResultsDocument {
  schema: number;
  run: string;
  /** The newest first. */
  results: ResultRow[];
}

export interface ResultArray {
  name: string;
  type: string;
  shape: number[];
  /** Of the finite numbers; null when there are none, or too many numbers to look through. */
  least: number | null;
  mean: number | null;
  greatest: number | null;
  nonFinite: number | null;
}

/** Anything JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface ResultDetailDocument {
  schema: number;
  run: string;
  result: ResultRow;
  seed: string | null;
  /** The lens's own answer, as the lens writes it. */
  answer: Json;
  arrays: ResultArray[];
  arrayBytes: number | null;
  arraysProblem: Problem | null;
  /** Where the files can be had from. */
  documentAddress: string;
  arraysAddress: string | null;
}

export interface FinalFigures {
  trainLoss: number | null;
  trainAccuracy: number | null;
  testLoss: number | null;
  testAccuracy: number | null;
  seconds: number | null;
}

export interface RunDocument {
  schema: number;
  run: string;
  /** What a run that is only starting doesn't tell yet is null. */
  status: RunStatus;
  kind: 'trained' | 'imported' | null;
  created: string | null;
  finished: string | null;
  model: string | null;
  parameters: number | null;
  data: string | null;
  epochs: number | null;
  plantedErrors: number;
  plantedFraction: number | null;
  classes: string[];
  final: FinalFigures;
  facts: FactGroup[];
  lenses: LensCard[];
  /** Why images and labels can't be shown, or null. */
  dataProblem: Problem | null;
}

export interface MetricSeries {
  name: string;
  steps: number[];
  /** null where the recorded value isn't finite. */
  values: (number | null)[];
  /** Recorded values in the range, before thinning. */
  count: number;
  nonFinite: number;
}

export interface MetricsDocument {
  schema: number;
  run: string;
  /** Range of the steps recorded, whatever part was asked for. */
  firstStep: number;
  lastStep: number;
  rows: number;
  isThinned: boolean;
  epochEnds: number[];
  series: MetricSeries[];
}

export interface MetricRowsDocument {
  schema: number;
  run: string;
  columns: string[];
  total: number;
  first: number;
  rows: (number | null)[][];
}

export interface ImageReference {
  address: string;
  width: number;
  height: number;
}

export interface Prediction {
  probabilities: number[];
  predicted: number;
  confidence: number;
  isCorrect: boolean;
}

export interface ExampleDocument {
  schema: number;
  run: string;
  split: string;
  index: number;
  count: number;
  id: string;
  classes: string[];
  image: ImageReference;
  label: number;
  storedLabel: number;
  isPlanted: boolean;
  prediction: Prediction | null;
  predictionProblem: Problem | null;
  navigation: Navigation;
}

export interface Navigation {
  previous: number | null;
  next: number | null;
  mistakes: number;
  /** Rank of this example among the mistakes by confidence, 1 = most confident, or null when it isn't one. */
  mistake: number | null;
  previousMistake: number | null;
  nextMistake: number | null;
}

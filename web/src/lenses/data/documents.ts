// The documents of the Data lens, as src/Tessar.Web/Lenses/Data writes them.
import type { ImageReference, MethodState, Problem } from '../../api/documents';
import type { JobRequest } from '../../jobs/documents';

export interface MispredictionEntry {
  index: number;
  label: number;
  predicted: number;
  confidence: number;
  image: ImageReference;
}

export interface MistakesDocument {
  schema: number;
  run: string;
  split: string;
  examples: number;
  total: number;
  classes: string[];
  mistakes: MispredictionEntry[];
}

export interface ScoredExampleEntry {
  split: string;
  index: number;
  label: number;
  storedLabel: number;
  score: number;
  image: ImageReference;
}

export interface TargetAttribution {
  method: string;
  state: MethodState;
  reason: string | null;
  created: string;
  train: string;
  targets: string;
  sign: string;
  /** The class whose score the influences raise or lower. */
  outputClass: number;
  command: string;
  proponents: ScoredExampleEntry[];
  opponents: ScoredExampleEntry[];
}

export interface ReachedTarget {
  index: number;
  label: number;
  score: number;
  image: ImageReference;
}

/** The targets in whose lists of strongest proponents or opponents a training example stands. */
export interface ExampleReach {
  method: string;
  targets: string;
  targetSplit: string;
  top: number;
  raisedCount: number;
  loweredCount: number;
  raised: ReachedTarget[];
  lowered: ReachedTarget[];
}

export interface InfluencesDocument {
  schema: number;
  run: string;
  split: string;
  index: number;
  attribution: TargetAttribution | null;
  attributionProblem: Problem | null;
  /** What to ask the server for so that there is an attribution; null when it can't be asked. */
  compute: JobRequest | null;
  /** Results that cover this example, newest first. */
  methods: string[];
  /** For a training example: the targets whose lists it stands in. */
  reach: ExampleReach | null;
}

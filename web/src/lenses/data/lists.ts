import type { ExampleDocument } from '../../api/documents';
import { className } from '../../lib/classes';
import type { TargetAttribution, ScoredExampleEntry, InfluencesDocument } from './documents';

export interface InfluenceList {
  kind: 'proponents' | 'opponents';
  title: string;
  note: string;
  influences: ScoredExampleEntry[];
}

/** Both lists of an example, the one that explains the prediction first. */
export function influenceLists(example: ExampleDocument, attribution: TargetAttribution | null): InfluenceList[] {
  const { prediction } = example;
  if (!attribution) return [];
  const wanted = className(example.classes, attribution.outputClass);
  const isMissed = prediction !== null && prediction.predicted !== attribution.outputClass;
  const proponents: InfluenceList = {
    kind: 'proponents',
    title: isMissed ? `Spoke for ${wanted}` : `Pushed it to ${wanted}`,
    note: `Proponents: learning from them raised the score of ${wanted}.`,
    influences: attribution.proponents,
  };
  const opponents: InfluenceList = {
    kind: 'opponents',
    title: isMissed ? `Pushed it to ${className(example.classes, prediction.predicted)}` : `Spoke against ${wanted}`,
    note: `Opponents: learning from them lowered the score of ${wanted}.`,
    influences: attribution.opponents,
  };
  return isMissed ? [opponents, proponents] : [proponents, opponents];
}

/** The list that explains the prediction. */
export const pushed = (example: ExampleDocument, document: InfluencesDocument): InfluenceList | undefined =>
  influenceLists(example, document.attribution)[0];

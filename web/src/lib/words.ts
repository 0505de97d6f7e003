import type { ExampleDocument } from '../api/documents';
import { className } from './classes';
import { count } from './format';

const splitWords: Record<string, string> = { train: 'Training image', test: 'Test image' };

/** “Test image 17”, “Training image 3,456”, “validation image 4” */
export const imageName = (split: string, index: number): string => `${splitWords[split] ?? `${split} image`} ${count(index)}`;

/** The page's message in one line. */
export function headline(example: ExampleDocument): string {
  const name = imageName(example.split, example.index);
  const label = className(example.classes, example.label);
  if (example.isPlanted) return `${name}: ${className(example.classes, example.storedLabel)}, labelled ${label} on purpose`;
  if (!example.prediction) return `${name}: ${label}`;
  if (example.prediction.isCorrect) return `${name}: ${label}, recognised`;
  return `${name}: ${label}, taken for ${className(example.classes, example.prediction.predicted)}`;
}

import type { Engine } from '../engine.js';
export function checkKnownAnswer(engine: Engine, instructionSet: string): void {
  void engine;
  void instructionSet;
}

/** How the network learns: optimiser, rate, batch; loss, penalties, initial weights, when to stop. */

import { h } from "./render";
import { OPTIMIZERS as DEFAULT_OPTIMIZERS } from "../core/optimizers";
import type { InitName, OrderName } from "../core/types";
import { LOSSES as TASK_LOSSES } from "../state/defaults";
import type { LossName } from "../state/types";
import { count, short } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { INITS, LOSSES, OPTIMIZERS, ORDERS, initSummary, lossSummary, stopSummary } from "../text/names";
import { SPEEDS } from "./Dock";
import { Check, Choice, Fold, Range, Steps, Whole } from "./controls";
import { useApp, useSession } from "./stage";

const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 2, 3, 10];
const BATCHES: (number | "full")[] = [1, 2, 5, 10, 20, 32, 50, 64, 100, 128, 200, 256, 500, "full"];
const PENALTIES = [0, 0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const MAX_SEED = 2 ** 32 - 1;

export function LearningPanel() {
  const { session } = useApp();
  const training = useSession(({ doc }) => doc.training);
  const { optimizer } = training;
  return (
    <section>
      <h2>{Label.Learning}</h2>
      <Choice label={Label.Optimizer} names={OPTIMIZERS} value={optimizer.name} onChange={(name) => session.setTraining({ optimizer: DEFAULT_OPTIMIZERS[name] })} />
      {optimizer.name === "sgd" && <Range label={Label.Momentum} min={0} max={0.99} step={0.01} value={optimizer.momentum} text={short} onChange={(momentum) => session.setTraining({ optimizer: { ...optimizer, momentum } })} />}
      <Steps label={Label.Rate} values={RATES} value={training.rate} text={short} onChange={(rate) => session.setTraining({ rate })} />
      <Steps label={Label.Batch} values={BATCHES} value={training.batch} text={(batch) => (batch === "full" ? Label.FullBatch : count(Number(batch)))} onChange={(batch) => session.setTraining({ batch })} />
      <OnPhones />
    </section>
  );
}

/** Controls of the dock that a phone has no room for there. */
function OnPhones() {
  const { session } = useApp();
  const speed = useSession(({ doc }) => doc.view.speed);
  return (
    <div class="onphones">
      <Steps label={Label.Speed} values={SPEEDS} value={speed} text={(value) => PHRASES.perFrame(short(value))} onChange={(value) => session.setView({ speed: value })} />
      <div class="drawbar"><button onClick={() => session.restart()}>{Label.Again}</button><button onClick={() => session.step("batch")}>{Label.BatchOn}</button></div>
    </div>
  );
}

export function SettingsPanel() {
  const { session } = useApp();
  const doc = useSession((now) => now.doc);
  const task = useSession((now) => now.dataset.task);
  const { training, network } = doc;
  const names = TASK_LOSSES[task];
  const losses: Partial<Record<LossName, string>> = Object.fromEntries(names.map((name) => [name, LOSSES[name]]));
  const loss = names.includes(network.loss) ? network.loss : names[0]!;
  return (
    <section>
      <Fold title={Label.LossLine} summary={lossSummary(doc, loss)}>
        <Choice label={Label.Loss} names={losses} value={loss} onChange={(name) => session.setNetwork({ loss: name })} />
        <Steps label={Label.L2} values={PENALTIES} value={training.l2} text={short} onChange={(l2) => session.setTraining({ l2 })} />
        <Steps label={Label.L1} values={PENALTIES} value={training.l1} text={short} onChange={(l1) => session.setTraining({ l1 })} />
        {network.hidden.map((layer, k) => (
          <Range key={k} label={PHRASES.layerDropout(k + 1)} min={0} max={0.8} step={0.05} value={layer.dropout} text={short} onChange={(dropout) => session.setLayer(k, { dropout })} />
        ))}
        <Choice<OrderName> label={Label.Order} names={ORDERS} value={training.order} onChange={(order) => session.setTraining({ order })} />
      </Fold>
      <Fold title={Label.InitLine} summary={initSummary(doc)}>
        <Choice<InitName> label={Label.Init} names={INITS} value={network.init} onChange={(init) => session.setNetwork({ init, given: null })} />
        <Whole label={Label.Seed} value={network.seed} min={0} max={MAX_SEED} onChange={(seed) => session.setNetwork({ seed: seed ?? 0, given: null })} />
        <Check label={Label.UseBias} checked={network.bias} onChange={(bias) => session.setNetwork({ bias, given: null })} />
      </Fold>
      <Fold title={Label.StopLine} summary={stopSummary(doc)}>
        <Whole label={Label.StopEpochs} value={training.stop.epochs} min={1} max={1e7} empty={Label.Never} onChange={(epochs) => session.setTraining({ stop: { ...training.stop, epochs } })} />
        <Whole label={Label.StopPatience} value={training.stop.patience} min={1} max={1e6} empty={Label.Never} onChange={(patience) => session.setTraining({ stop: { ...training.stop, patience } })} />
      </Fold>
    </section>
  );
}

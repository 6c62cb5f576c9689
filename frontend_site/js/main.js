/** Puts the page together. */

import { DOCS_URL } from "../config.js";
import { Desk } from "./desk.js";
import { openHistory } from "./history.js";
import { setUpCamera } from "./views/camera.js";
import { at } from "./views/dom.js";
import { choose, setUpIntake } from "./views/intake.js";
import { setUpPanel } from "./views/panel.js";
import { setUpPreferences } from "./views/preferences.js";
import { setUpReel } from "./views/reel.js";
import { setUpStage } from "./views/stage.js";
import { translate } from "./words.js";

translate();
setUpPreferences();
at("docs").href = DOCS_URL;

const desk = new Desk(await openHistory());
setUpIntake(desk);
setUpCamera(desk);
setUpStage(desk);
setUpReel(desk, choose);
setUpPanel(desk);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") desk.catchUp();
});
await desk.restore();

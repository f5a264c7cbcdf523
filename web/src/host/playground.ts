import "../style/playground.css";
import { mountPage } from "./page";

if (document.body?.dataset["separatrix"] === "page") void mountPage(document.body);

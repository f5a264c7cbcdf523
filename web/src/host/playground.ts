import "../style/playground.css";
import { mountPage } from "./page";

if (document.body?.getAttribute("data-separatrix") === "page") void mountPage(document.body);

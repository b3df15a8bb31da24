import { lawCatalogue } from "../../src/laws/catalogue.ts";
import { describeLaw } from "../conformance/law.ts";

for (const entry of lawCatalogue) describeLaw(entry);

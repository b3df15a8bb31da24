/** Version of the package; a test holds it equal to package.json. */
export const version = "0.1.0";

/** Version of the result's schema: grows with a change that old readers would stumble over. */
export const schemaVersion = 1;

/**
 * What the pages' script says, in the language that the server wrote the page in. What the server itself says, problems
 * included, comes in that language already. The dashboard's program has catalogues of its own.
 */

const en = {
  denied: "Your bank sent you back without your permission to read your accounts, or its window was closed. Nothing was connected.",
  nothingConnected: "Nothing was connected",
  noDialog: "Plaid's connect dialog did not load. A content blocker may hold it back; reload the page to try again.",
  broken: "Something went wrong in this page. Reload it and try again.",
  exit: (message: string, code: string): string =>
    `${message || "The bank could not be connected."} Nothing was connected; you can try again, or choose another bank. (${code})`,
  offline: "Keepless could not be reached. Look at your connection, then try again.",
  status: (status: number): string => `The server answered with status ${status}. Try again in a moment.`,
};

const es: typeof en = {
  denied: "Su banco le ha devuelto aquí sin su permiso para leer sus cuentas, o se cerró su ventana. No se ha conectado nada.",
  nothingConnected: "No se ha conectado nada",
  noDialog: "No se ha cargado la ventana de conexión de Plaid. Puede que la retenga un bloqueador de contenidos; vuelva a cargar la página para intentarlo de nuevo.",
  broken: "Algo ha fallado en esta página. Vuelva a cargarla e inténtelo de nuevo.",
  exit: (message, code) =>
    `${message || "No se pudo conectar el banco."} No se ha conectado nada; puede intentarlo de nuevo o elegir otro banco. (${code})`,
  offline: "No se puede acceder a Keepless. Compruebe su conexión e inténtelo de nuevo.",
  status: (status) => `El servidor respondió con el estado ${status}. Inténtelo de nuevo en un momento.`,
};

export const words: typeof en = document.documentElement.lang === "es" ? es : en;

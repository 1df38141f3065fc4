/** Words of incognito and of "what do you hold about me?", in Spanish. */

import type { Words } from ".";

export const privacy: Words["privacy"] = {
  incognito: "Ocultar cifras",
  incognitoTitle: "Difumina todas las cifras de esta página, frente a miradas ajenas (Alt+I)",
  question: "¿Qué guardan sobre mí?",
  close: "Cerrar",
  asking: "Comprobando qué se guarda",
  failed: "El servidor no ha dicho qué guarda. Inténtelo de nuevo en un momento.",
  server: "En el servidor",
  serverNothing: "Nada: ninguna fila, ningún archivo, ninguna entrada de caché. Sus cifras pasan por su memoria mientras le responde.",
  serverCopy: (bank, size, told, until) =>
    `Una copia de lo que ${bank} comunicó el ${told}, ${size}, sellada: solo se abre con la cookie de este navegador, y después del ${until} ya no se abre para nadie.`,
  serverUnknown: "La caché no dice ahora qué tiene. Lo que tenga de usted está sellado, solo se abre con la cookie de este navegador y, pasados siete días, para nadie.",
  serverNote: (bank, until) => `Solo en su memoria: que el permiso de ${bank} termina el ${until}.`,
  plaid: "En Plaid",
  plaidConnections: (banks) =>
    banks === 0
      ? "Ninguna conexión suya a través de Keepless."
      : `${banks === 1 ? "Una conexión" : `${banks} conexiones`}, hasta que ${banks === 1 ? "la" : "las"} elimine aquí:`,
  browser: "En este navegador",
  cookies: "Cookies",
  noCookies: "Ninguna cookie nuestra.",
  cookie: "Nombre",
  purpose: "Para qué sirve",
  bytes: "Tamaño",
  purposes: {
    session: "Las claves de sus bancos, sus nombres e identificadores y los tiempos de la sesión",
    arrival: "La clave de un banco recién llegado, hasta que esté a salvo con las demás",
    trends: "La clave de los meses que guarda este navegador",
    link: "La conexión con un banco que ha empezado, hasta que termine",
    hints: "Cuántos movimientos tenía cada banco en la última visita",
    language: "El idioma que ha elegido",
    zone: "Su zona horaria, para que hoy sea su día",
  },
  sealed: "Sellada: solo la abre el servidor mientras le responde. Ningún script puede leerla.",
  plain: (value) => `En claro: ${value}`,
  session: (from, until) => `La sesión empezó el ${from} y termina el ${until}.`,
  storage: "Lo que pidió recordar (localStorage), tal como está",
  trends: (size) => `Sus meses, sellados: ${size}. Solo los abre el servidor, con una clave que únicamente tiene este navegador.`,
  noStorage: "No hay nada almacenado.",
  memory: "La memoria de esta página",
  memoryHolds: (rows, text) =>
    `${text} ${rows === 1 ? "movimiento" : "movimientos"}, hasta que se cierre o se recargue esta página. Entre ellos no hay ninguna clave de un banco.`,
  worker: "La memoria del worker de este sitio",
  workerHolds: "La última respuesta de los bancos, un minuto como máximo, para que al recargar no se les consulte de nuevo. No se escribe en ningún sitio.",
  workerNothing: "Nada.",
  caches: "Archivos almacenados (Cache Storage)",
  cachesHold: (names) => `${names}.`,
  noCaches: "Ninguno.",
};

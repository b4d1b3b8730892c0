// Sends the one form of this page; its button does the same without scripts.
document.forms[0].submit();

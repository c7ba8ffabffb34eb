/** Names from several languages, so that accents, apostrophes and hyphens are everywhere. */

export const GIVEN_NAMES =
  list(`Aaliyah, Adèle, Agnieszka, Ahmed, Aiko, Alejandro, Amélie, Ana, Anaïs, Anders, Andrea,
  Anjali, Ann-Kathrin, Anselm, Åsa, Aylin, Béatrice, Ben, Björn, Bruna, Camila, Carlos, Céline, Chiara, Chloé, Daniel,
  David, Deepika, Dimitri, Eilidh, Elena, Elif, Elżbieta, Emeka, Emil, Emma, Erik, Esra, Fatima, Fernanda, Fiona,
  François, Frida, Gabriela, Giorgos, Grace, Guðrún, Hana, Hannah, Hélène, Ibrahim, Ines, Ingrid, Isabel, Ivan, Jack,
  Jana, Jean-Luc, João, Jonas, José, Jürgen, Kaito, Karolína, Kateřina, Katharina, Kwame, Lars, Laura, Léa, Leila,
  Liam, Linh, Lucía, Łukasz, Luis, Magdalena, Mai, Marco, María, Mariana, Marie-Claire, Márton, Matteo, Maya, Mehmet,
  Mia, Michael, Mohammed, Nadia, Naïma, Ngozi, Niamh, Nikolai, Noah, Nuno, Oluwaseun, Olga, Oscar, Paweł, Pedro, Petra,
  Priya, Rafael, Rania, Rebecca, Renée, Ricardo, Robert, Rosa, Ryo, Saanvi, Samuel, Sara, Siobhán, Sofía, Søren,
  Stéphane, Sunita, Svetlana, Tadeusz, Tamar, Thomas, Tomáš, Uğur, Valentina, Viktor, Wei, William, Xiomara, Yara,
  Yasmin, Yuki, Zainab, Žaneta, Zoë`);

export const FAMILY_NAMES =
  list(`Adeyemi, Ågren, Almeida, Andersson, Aslan, Bauer, Beaumont, Bianchi, Björklund, Bondarenko,
  Boateng, Brown, Castillo, Çelik, Chen, Colombo, Costa, Czarnecki, D'Angelo, D'Souza, Dąbrowski, De Luca, Demir,
  Dubois, Dvořák, Eriksen, Esposito, Fernández, Ferreira, Fischer, Fitzgerald, Fontaine, García, Gómez, González, Green,
  Großmann, Gupta, Haddad, Hansen, Hernández, Hoffmann, Horvat, Ito, Ivanov, Jansen, Johansson, Jones, Kaya, Keller,
  Khan, Kim, Kovács, Kowalski, Kumar, L'Heureux, Lefèvre, Li, Lindqvist, López, Lund, M'Bala, MacDonald, Martínez,
  McCarthy, Mehta, Mensah, Meyer, Moreau, Müller, N'Diaye, Nakamura, Nguyen, Nielsen, Novák, O'Brien, O'Connor,
  O'Sullivan, Okafor, Oliveira, Öztürk, Papadopoulos, Patel, Pereira, Petrov, Quispe, Ramírez, Rossi, Ruiz, Saint-Clair,
  Santos, Sato, Schäfer, Schmidt, Silva, Singh, Smith, Søndergaard, Suzuki, Świątek, Szabó, Takahashi, Tanaka, Thompson,
  Torres, Tóth, Tran, Van den Berg, Vargas, Vasquez, Virtanen, Von Stein, Wagner, Walker, Wang, Weber, Williams, Wójcik,
  Yamamoto, Yılmaz, Zhang, Ziegler, Żukowski`);

export const MIDDLE_NAMES = list(
  'Marie, Lee, J., van, de la, Grace, Luís, K., Jo, Augusta, del, Kofi, Mei, St., A.',
);

export const SINGLE_NAMES = list(
  'Madonna, Suharto, Ronaldinho, Björk, Teller, Aishwarya, Kālidāsa, Prince, Zendaya',
);

export const CITIES =
  list(`Amsterdam, Athens, Barcelona, Bengaluru, Berlin, Boston, Bogotá, Brno, Chicago, Copenhagen,
  Córdoba, Dublin, Edinburgh, Genève, Göteborg, Hamburg, Helsinki, İstanbul, Kraków, Lagos, Lisboa, London, Łódź, Lyon,
  Madrid, Malmö, Medellín, Milano, Montréal, München, Nairobi, New York, Oslo, Paris, Praha, Reykjavík, São Paulo,
  Seattle, Singapore, Stockholm, Sydney, Tokyo, Toronto, Utrecht, Warszawa, Wien, Zürich`);

/** Words between commas, each trimmed. */
export function list(words: string): string[] {
  return words.split(',').map((word) => word.replace(/\s+/g, ' ').trim());
}

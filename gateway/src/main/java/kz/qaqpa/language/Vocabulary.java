package kz.qaqpa.language;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Words that tell a language by themselves: function words, and those that questions to a public
 * service are made of. What two of the languages share is left out. Lower case; immutable.
 */
final class Vocabulary {
  /**
   * Kazakh words that have none of Kazakh's own letters, and others as they are typed on a keyboard
   * without them (қалай: калай).
   */
  private static final String KAZAKH =
      """
      мен сен сиз менин сенин сиздин менде маган саган оган бизде бизге олар бул осы мына анау
      емес емеспин керек керекти кажет кажетти болады болды болса болсын болып болу болуы болмайды
      боламын болама бола деп деген дейди дегенди екен екенин едим туралы бойынша арналган ушин
      дейин кейин бурын арасында барлык барлыгы калай калайша кайда кайдан кайсы кашан кандай канша
      бул неше неге неден нелер нени ненин кимге кимнин барма жокпа жок жоктык бирге гана тек сол солай
      жане немесе бирак сондыктан егер ойткени сиякты аркылы женинде уакыт уакытта бугин ертен кеше
      рахмет ракмет салем салеметсиз саламатсыз ассалаумагалейкум отинем отиниш отиништи айтшы
      айтыныз айтынызшы айтып берши бериниз беринизши берсениз берип беру беред берилед жазып жазшы
      жазыныз жазынызшы жазу аудар аударып аударшы аударыныз тусиндир тусиндирип тусиндирши комек
      комектес комектесши комектесиниз казак казакша казакстан казакстанда казакстаннын орысша
      орысшага агылшынша тилинде тилине тилинен адам адамга балалар балам баламды балама жаксы жаман
      улкен киши мумкин мумкинбе алуга алады аламын алам аламыз алса жасау жасауга жасайды ашуга
      ашамын ашам толеу толеуге толемей тапсыру тапсырам тиркеу тиркелу тиркелген куалик кужат
      кужаттар кужатты мекеме министрлик министрлиги занды кызмет кызмети кызметтер жылы жылга
      жылдан тенге тенгеге турады тургын уйим уйде уйге барам барады келеди келди кетти мектеп
      мектепке мектепте балабакша балабакшага окушы окиды жумыс жумыска жумысы зейнетакы зейнетакысы
      жардемакы жардем акша салык салыгын мемлекет мемлекеттик азамат азаматтар азаматтык кыскаша
      толык мысал мысалы айырмашылыгы астанасы каласы калада калага каланын елинде ауыл ауылда сурак
      сурагым жауап жауабы хат хатты соз создин сойлем матин матинди жана ескерту барып келип тауып
      корсет корсетип керегин кетеди истеймин истеу истейди шыгып шыкпай турганда шамамен ма ме ба
      бе па пе
      """;

  private static final String RUSSIAN =
      """
      это этот эта эти этого этой этом этих этому что чтобы как какой какая какие какое каких каким
      какую какого который которая которые которого которой где куда откуда когда почему зачем
      сколько кто кого кому чей чем чего чему мне меня мной мой моя мою моей моего моих мои тебя
      тебе твой вам вас вами ваш ваша ваше ваши вашей вашего вашу нам нас наш наша наши нашей нашего
      его её ее их ему ей они она оно мы вы ты себя себе свой свои своей своего свою быть есть был
      была были было будет будут буду нет можно нужно нужен нужна нужны надо нельзя могу может могут
      можете можем хочу хотим хотел хотела или если только уже ещё еще для при про без над под через
      из за до от об во со ко так там тут здесь тоже также потом теперь сейчас сегодня завтра вчера
      после перед между вместо около лучше больше меньше много мало каждый другой другие все всё
      всех всем весь вся очень один одна два две три потому поэтому такой такое такая такие сам сама
      самый сделать делать получить узнать подать оформить написать напиши напишите составь
      составьте объясни объясните расскажи расскажите помоги помогите переведи переведите подскажи
      подскажите скажите скажи дай дайте покажи назови перечисли пожалуйста спасибо здравствуйте
      привет добрый день исправь проверь проверьте сравни придумай нашего чем ли бы по но ни не на в и с к я
      """;

  private static final String ENGLISH =
      """
      the of and is are was were be been being have has had does did will would can could should
      shall may might must not yes this that these those there here it its he she we you your my our
      their his her they them us who whom whose which what when where why how with without within
      about from into over under between after before during because if then than at by for or but
      such also only just very more most much many some any all each every other another same new
      first last good better best please thanks thank hello write explain tell give make show list
      summarize summarise translate describe compare help need want find create draft check fix
      correct use using used get let know think say said go come take see look in to on as an a i
      do don doesn isn out up so no am me
      """;

  /** Latin script: German, French, Spanish, Portuguese, Italian, Turkish, Uzbek, Polish, Dutch. */
  private static final String OTHER_LATIN =
      """
      der das und ist nicht ein eine einen einer ich wir wie wo warum für mit auf von zu den dem des
      bei oder aber auch wenn kann können haben sind werden mein welche
      le la les une des du et est que qui dans pas avec ce cette nous vous je où pourquoi sont au
      aux quel quelle quels quelles est-ce sur par ne il elle
      el los las una es por con su como cómo dónde está qué y del al para en de un lo cuál cuáles
      di che il per non sono dove della nel è come não uma os em da ao mais
      ve bir bu için ile ne nasıl nerede mı mi mu mü değil çok var yok ben sen biz siz hangi kadar
      olarak gibi daha olan gerekir lazım
      va bilan uchun qanday qanaqa qayerda qachon nima kerak qilish mumkin emas bor haqida qancha
      o‘zbek men uning bo‘yicha
      jest nie jak się czy na dla co gdzie jaki jakie jest het een van niet voor hoe waar wat zijn
      qalai qalaı qalay qandai qandaı qaida qaıda qayda qaydan qaıdan kerek joq ushin úshin üshin
      üşin jane jáne jäne emes bolady boladı qazaq qazaqsha qazaqşa qansha qanşa salem sálem sälem
      rahmet raqmet qashan qaşan nege degen týraly turaly bar qujat qujattar qaladan
      kak chto shto gde kogda privet spasibo pozhaluista pozhaluysta eto dlya mozhno nado nuzhno
      skolko pochemu zachem kto mne menya vy est net kakie kakoy poluchit podskazhite
      """;

  /** Cyrillic script: Ukrainian, Belarusian, Bulgarian, Kyrgyz, Mongolian. */
  private static final String OTHER_CYRILLIC =
      """
      що це цей ця який яка яке які якщо чи щоб від або але та як коли потрібно потрібні можна
      будь ласка дуже мені він вона вони немає є
      гэта гэты што якія якой каб вельмі трэба дзе
      какво това къде защо как е съм сте ще че също къща трябва може кой коя кои за българия
      эмне эмнеге эмес эки эле экен эч ооба боюнча менен болот кантип кантсе кыргыз үчүн жөнүндө
      кимдер мага сага
      байна юу вэ ямар хаана яаж монгол гэж
      """;

  private static final String KAZAKH_ENDINGS =
      """
      ймын ймин амын емин ймыз ймиз йсыз йсиз асыз есиз ыныз иниз ларды лерди тарды терди дарды
      дерди лардын лердин тардын тердин дардын дердин ларга лерге тарга терге дарга дерге ында инде
      дагы деги тагы теги нын дын тын сыз йды
      """;

  private static final String RUSSIAN_ENDINGS =
      """
      ть тся ый ий ая яя ое ее ые ие ого его ому ему ыми ими ых их ую юю ость ости ния нию ами ями
      ах ях ешь ишь ете ите ой
      """;

  private static final String ENGLISH_ENDINGS = "ing tion tions ness ight ough ful ould";

  /** A shorter word has no ending to speak of. */
  private static final int SHORTEST_WITH_ENDING = 5;

  private static final int LONGEST_ENDING = 6;
  private static final int SHORTEST_ENDING = 2;

  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final Map<String, Sign> WORDS = new HashMap<>();
  private static final Map<String, Sign> ENDINGS = new HashMap<>();

  static {
    // What others share with one of the three is taken for it.
    put(WORDS, KAZAKH, Sign.KAZAKH);
    put(WORDS, RUSSIAN, Sign.RUSSIAN);
    put(WORDS, ENGLISH, Sign.ENGLISH);
    put(WORDS, OTHER_CYRILLIC, Sign.OTHER);
    put(WORDS, OTHER_LATIN, Sign.OTHER);
    put(ENDINGS, KAZAKH_ENDINGS, Sign.KAZAKH);
    put(ENDINGS, RUSSIAN_ENDINGS, Sign.RUSSIAN);
    put(ENDINGS, ENGLISH_ENDINGS, Sign.ENGLISH);
  }

  private Vocabulary() {}

  private static void put(Map<String, Sign> signs, String words, Sign sign) {
    SPACES.splitAsStream(words.strip()).forEach(word -> signs.putIfAbsent(word, sign));
  }

  /** What a whole word says, or null. */
  static @Nullable Sign word(String word) {
    return WORDS.get(word);
  }

  /** What a word's longest known ending says, less surely; or null. */
  static @Nullable Sign ending(String word) {
    if (word.length() < SHORTEST_WITH_ENDING) {
      return null;
    }
    for (int length = LONGEST_ENDING; length >= SHORTEST_ENDING; length--) {
      if (length < word.length()) {
        Sign sign = ENDINGS.get(word.substring(word.length() - length));
        if (sign != null) {
          return sign;
        }
      }
    }
    return null;
  }
}

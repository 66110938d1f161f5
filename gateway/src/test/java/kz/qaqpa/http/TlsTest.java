package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.net.RenewedTls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void chats_inTheVersionThatTheClientWants(Version version) throws Exception {
    Certificates certificates = new Certificates(folder);
    try (TestGateway gateway = gateway(certificates, TlsSettings.Client.NONE);
        HttpClient client = client(certificates.client(false), version)) {
      HttpResponse<String> answer = chat(client, gateway);
      assertThat(answer.version()).isEqualTo(version);
      assertThat(Sse.text(Sse.chunks(answer.body()))).isEqualTo("қазақ");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void filesThatChange_areReadAgain_andTheirEndIsTold() throws Exception {
    Certificates certificates = new Certificates(folder);
    BlockingQueue<Instant> ends = new LinkedBlockingQueue<>();
    try (RenewedTls tls =
        Objects.requireNonNull(
            certificates.settings(TlsSettings.Client.NONE).open("tls", ends::add))) {
      assertThat(ends.poll()).isEqualTo(certificates.end());
      tls.watch();
      Files.writeString(certificates.key(), "half a key");
      TestGateway.await(() -> tls.problem() != null);
      assertThat(tls.problem()).startsWith("tls.key: ");
      Certificates renewed = new Certificates(folder);
      assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(renewed.end());
      TestGateway.await(() -> tls.problem() == null);
    }
  }

  @Test
  void metrics_tellWhenTheFirstCertificateOfTheChainEnds() throws Exception {
    Certificates certificates = new Certificates(folder);
    try (TestGateway gateway = gateway(certificates, TlsSettings.Client.NONE)) {
      String scrape = gateway.gateway().metrics().scrape();
      Matcher told =
          Pattern.compile("\nqaqpa_tls_certificate_expiry_timestamp_seconds\\{port=\"api\"} (\\S+)")
              .matcher(scrape);
      assertThat(told.find()).as(scrape).isTrue();
      assertThat((long) Double.parseDouble(told.group(1)))
          .isEqualTo(certificates.end().getEpochSecond());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"ecp256", "rsa2048"})
  void keysOfEveryUsualKind(Algorithm algorithm) throws Exception {
    Certificates certificates = new Certificates(folder, algorithm);
    try (TestGateway gateway = gateway(certificates, TlsSettings.Client.NONE);
        HttpClient client = client(certificates.client(false), Version.HTTP_2)) {
      assertThat(chat(client, gateway).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsSettings.Client.class,
      names = {"OPTIONAL", "REQUIRE"})
  void clientCertificates(TlsSettings.Client auth) throws Exception {
    Certificates certificates = new Certificates(folder);
    try (TestGateway gateway = gateway(certificates, auth)) {
      assertThat(statusWith(gateway, certificates.client(true))).isEqualTo(200);
      assertThat(statusWith(gateway, certificates.client(false)))
          .isEqualTo(auth == TlsSettings.Client.OPTIONAL ? 200 : 0);
      assertThat(statusWith(gateway, certificates.client(true))).isEqualTo(200);
    }
  }

  @Test
  void filesThatChange_areReadAgain_andWrongOnesChangeNothing() throws Exception {
    Certificates first = new Certificates(folder);
    try (TestGateway gateway = gateway(first, TlsSettings.Client.REQUIRE);
        HttpClient early = client(first.client(true), Version.HTTP_1_1)) {
      assertThat(chat(early, gateway).statusCode()).isEqualTo(200);
      first.write("server.key", "no key");
      TestGateway.await(
          () -> gateway.gateway().readiness().details().toString().contains("tls.key"));
      assertThat(gateway.gateway().readiness().reasons()).isEmpty();
      assertThat(statusWith(gateway, first.client(true))).isEqualTo(200);
      Certificates second = new Certificates(folder);
      TestGateway.await(() -> gateway.gateway().readiness().details().isEmpty());
      assertThat(statusWith(gateway, second.client(true))).isEqualTo(200);
      assertThat(statusWith(gateway, first.clientFor(second))).as("its authority left").isZero();
      assertThat(chat(early, gateway).statusCode()).as("a connection goes on").isEqualTo(200);
    }
  }

  @Test
  void strangersCertificates_areRefused() throws Exception {
    Certificates certificates = new Certificates(folder);
    Path others = Files.createDirectory(folder.resolve("others"));
    SSLContext stranger = new Certificates(others).clientFor(certificates);
    try (TestGateway gateway = gateway(certificates, TlsSettings.Client.REQUIRE)) {
      assertThat(statusWith(gateway, stranger)).isZero();
      assertThat(statusWith(gateway, certificates.client(true))).isEqualTo(200);
    }
  }

  @Test
  void whoDoesNotSpeakTls_isClosed_alsoWhoSaysNothing() throws Exception {
    Certificates certificates = new Certificates(folder);
    try (TestGateway gateway =
            TestGateway.of(
                Script.saying("иә"),
                Script.model(TestGateway.CONTEXT),
                http -> HttpTuning.of(http).headTimeout(Duration.ofSeconds(3)).settings(),
                certificates.settings(TlsSettings.Client.NONE));
        RawClient plain = new RawClient(gateway.address());
        RawClient silent = new RawClient(gateway.address());
        HttpClient client = client(certificates.client(false), Version.HTTP_2)) {
      assertThat(plain.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").readAll())
          .doesNotContain("HTTP");
      assertThat(silent.readAll()).isEmpty();
      assertThat(chat(client, gateway).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void badFiles_areNamed() throws Exception {
    Certificates good = new Certificates(folder);
    Path others = Files.createDirectory(folder.resolve("others"));
    Path garbage = good.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    Path old = good.write("old.key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n");
    Path absent = folder.resolve("absent.pem");
    refused(absent, good.key(), null, "tls.certificate: " + absent + ": no such file");
    refused(garbage, good.key(), null, "tls.certificate: " + garbage + ": no certificate");
    refused(good.key(), good.key(), null, "tls.certificate: " + good.key() + ": no certificate");
    refused(good.certificate(), absent, null, "tls.key: " + absent + ": no such file");
    refused(good.certificate(), folder, null, "tls.key: " + folder + ": cannot be read");
    refused(good.certificate(), garbage, null, "tls.key: " + garbage + ": no key");
    refused(good.certificate(), old, null, "tls.key: " + old + ": a key of another form");
    Path other = new Certificates(others).key();
    refused(good.certificate(), other, null, "tls.key: " + other + ": another key (expected: the");
    Path rsa = new Certificates(others, Algorithm.rsa2048).key();
    refused(good.certificate(), rsa, null, "tls.key: " + rsa + ": malformed, or not EC");
    refused(good.certificate(), good.key(), garbage, "tls.clientCa: " + garbage + ": no cert");
  }

  private static void refused(Path certificate, Path key, @Nullable Path clientCa, String message) {
    TlsSettings settings =
        new TlsSettings(
            certificate.toString(),
            key.toString(),
            clientCa == null ? "" : clientCa.toString(),
            clientCa == null ? TlsSettings.Client.NONE : TlsSettings.Client.REQUIRE);
    assertThatThrownBy(() -> settings.check("tls"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageContaining("(expected: ");
  }

  private static TestGateway gateway(Certificates certificates, TlsSettings.Client auth) {
    return TestGateway.of(
        Script.saying("қазақ"),
        Script.model(TestGateway.CONTEXT),
        UnaryOperator.identity(),
        certificates.settings(auth));
  }

  private static HttpClient client(SSLContext context, Version version) {
    return HttpClient.newBuilder().sslContext(context).version(version).build();
  }

  /** The status of an answer, or 0 if there was no connection. */
  private static int statusWith(TestGateway gateway, SSLContext context) throws Exception {
    try (HttpClient client = client(context, Version.HTTP_2)) {
      return chat(client, gateway).statusCode();
    } catch (IOException refused) {
      return 0;
    }
  }

  private static HttpResponse<String> chat(HttpClient client, TestGateway gateway)
      throws Exception {
    return client.send(
        gateway
            .request("/v1/chat/completions", TestGateway.KEY)
            .POST(BodyPublishers.ofString(TestGateway.chat("a", "\"stream\":true")))
            .build(),
        BodyHandlers.ofString());
  }
}

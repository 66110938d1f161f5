package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.CompletionException;
import kz.qaqpa.admission.identity.Identities;
import kz.qaqpa.admission.identity.IdentityFile;
import kz.qaqpa.admission.registry.Secrets;
import kz.qaqpa.fixture.AgenciesYaml;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Certificates in place of keys, over real TLS. */
class ClientCertificateTest {
  private static final String KEY = "qpk_key_of_the_other_application";
  private static final String SUBJECT = "CN=chat,O=Қаржы министрлігі,C=KZ";

  private final Certificates certificates;
  private final AgenciesYaml file;
  private final X509Bundle pinned;
  private final TestGateway gateway;

  ClientCertificateTest(@TempDir Path folder) throws Exception {
    certificates = new Certificates(folder);
    pinned = certificates.issue("CN=pinned");
    file = new AgenciesYaml(folder);
    write(false);
    gateway =
        TestGateway.known(
            Script.saying("иә"),
            Identities.open(file.registry(), IdentityFile.none()),
            certificates.settings(TlsSettings.Client.OPTIONAL));
  }

  private void write(boolean revoked) throws Exception {
    byte[] hash = HexFormat.of().parseHex(Secrets.sha256(pinned.getCertificate().getEncoded()));
    String fingerprint = HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
    file.again()
        .application(
            "chat",
            "clientCertificates:",
            "  - sha256: " + fingerprint,
            "    revoked: " + revoked,
            "  - subject: " + SUBJECT)
        .application("other", "keys: [" + AgenciesYaml.key(KEY) + "]")
        .write();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Version.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void aCertificateIdentifiesItsApplication_whereNoHeaderIsSent(Version version) throws Exception {
    assertThat(get(version, pinned, null).statusCode()).isEqualTo(200);
    assertThat(get(version, certificates.issue(SUBJECT), null).statusCode()).isEqualTo(200);
    for (String other : new String[] {"CN=chat", SUBJECT.replace("chat", "Chat")}) {
      HttpResponse<String> stranger = get(version, certificates.issue(other), null);
      assertThat(stranger.statusCode()).isEqualTo(401);
      assertThat(stranger.body()).contains("client certificate: unknown (expected: a valid one)");
    }
    HttpResponse<String> none = get(version, null, null);
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.body()).contains("Authorization: absent");
  }

  @Test
  void theHeaderCounts_whereThereIsOne() throws Exception {
    for (String wrong : new String[] {"Bearer qpk_wrong", "Basic eDp5", ""}) {
      assertThat(get(Version.HTTP_2, pinned, wrong).statusCode()).as(wrong).isEqualTo(401);
    }
    assertThat(get(Version.HTTP_2, pinned, "Bearer " + KEY).statusCode()).isEqualTo(200);
  }

  @Test
  void aCertificateThatIsRevokedInTheFileIsNoLongerGood_onOpenConnectionsToo() throws Exception {
    try (HttpClient client = client(Version.HTTP_2, pinned)) {
      assertThat(get(client, null).statusCode()).isEqualTo(200);
      write(true);
      TestGateway.await(() -> {
        try {
          return get(client, null).statusCode() == 401;
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      });
      assertThat(get(client, null).body()).contains("client certificate: revoked");
    }
  }

  @Test
  void aSessionOfWebSocketIsOpenedByIt() throws Exception {
    assertThat(statusOfHandshake(pinned)).isEqualTo(101);
    assertThat(statusOfHandshake(null)).isEqualTo(401);
    assertThat(statusOfHandshake(certificates.issue("CN=stranger"))).isEqualTo(401);
  }

  private int statusOfHandshake(@Nullable X509Bundle own) throws Exception {
    URI uri = URI.create("wss://127.0.0.1:" + gateway.address().getPort() + "/v1/responses");
    try (HttpClient client = client(Version.HTTP_1_1, own)) {
      client.newWebSocketBuilder().buildAsync(uri, new WebSocket.Listener() {}).join().abort();
      return 101;
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  private HttpResponse<String> get(
      Version version, @Nullable X509Bundle own, @Nullable String authorization) throws Exception {
    try (HttpClient client = client(version, own)) {
      HttpResponse<String> response = get(client, authorization);
      assertThat(response.version()).isEqualTo(version);
      return response;
    }
  }

  private HttpResponse<String> get(HttpClient client, @Nullable String authorization)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = gateway.request("/v1/models", null);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpClient client(Version version, @Nullable X509Bundle own) throws Exception {
    return HttpClient.newBuilder().sslContext(certificates.context(own)).version(version).build();
  }
}

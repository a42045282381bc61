using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class DeathCertificateTests
{
    private readonly Readings _readings = new();

    [Fact]
    public void It_says_who_has_sent_the_signal()
    {
        var certificate = Certify(new()
        {
            Signal = 15,
            Origin = Origin.Queue,
            Code = -1,
            Sender = 1234,
            SenderUid = 1009,
            SenderComm = Records.Name(0xff, (byte)'b'),
            Time = Records.StartId + 4_000_000_007,
        });
        Assert.Equal((Origin.Queue, -1), (certificate.Origin, certificate.Code));
        Assert.Equal(new SignalSender(1234, "\ufffdb", 1009), certificate.Sender);
        Assert.Equal(_readings.Only.StartTime + 4_000_000_007, certificate.SignalTime);
        Assert.Null(certificate.Address);
    }

    [Fact]
    public void A_fault_has_an_address_also_where_that_is_0_and_nobody_has_sent_it()
    {
        var certificate = Certify(new() { Signal = 11, Origin = Origin.Fault, HasAddress = 1, Code = 1, Address = 0 });
        Assert.Equal(0UL, certificate.Address);
        Assert.Null(certificate.Sender);
    }

    [Fact]
    public void Without_a_known_cause_it_has_the_totals_alone()
    {
        var certificate = Certify(default);
        Assert.Equal((Origin.Unknown, 0UL), (certificate.Origin, certificate.SignalTime));
        Assert.Equal((700UL, 7UL), (certificate.Totals.Runtime, certificate.Totals.VoluntarySwitches));
    }

    [Fact]
    public void The_final_record_completes_the_totals()
    {
        var cause = new DeathCause { Signal = 15, Origin = Origin.Kill, Sender = 1234 };
        var death = Records.Killed with { Header = Records.Head(RecordType.Death, RecordFlag.Dead), Gone = new() { Runtime = 500 } };
        _readings.Receive(death.Bytes(null, new KeytimeStats(), cause));
        Assert.Equal(500UL, _readings.Only.Certificate?.Totals.Runtime);
        Assert.Equal(700UL, Certify(cause).Totals.Runtime);
    }

    [Fact]
    public void Without_key_times_there_is_none()
    {
        _readings.Receive(Records.Final.Bytes(Records.Waits(3000)));
        Assert.Null(_readings.Only.Certificate);
    }

    private DeathCertificate Certify(DeathCause cause)
    {
        var killed = Records.Killed with { Gone = new() { Runtime = 700, VoluntarySwitches = 7 } };
        var certificate = _readings.Receive(killed.Bytes(null, new KeytimeStats(), cause)).Only.Certificate;
        Assert.NotNull(certificate);
        return certificate;
    }
}

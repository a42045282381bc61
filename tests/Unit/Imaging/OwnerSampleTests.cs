using ProcImage.Abi;
using ProcImage.Imaging;

namespace ProcImage.Tests.Unit.Imaging;

public class OwnerSampleTests
{
    private const uint Waiters = 0x8000_0000;

    [Theory]
    [InlineData(2, 41, 1, 0, 41)] // a mutex that is held
    [InlineData(2, 41, 1, 0x80, 41)] // and shared between processes
    [InlineData(2, 41, 1, 1, 0)] // a recursive one would say how often
    [InlineData(2, 41, 0x1000_0000, 0, 0)] // nobody has so many users
    [InlineData(2, 0, 0, 0, 0)] // between two owners
    [InlineData(2, 41, 0, 0, 0)] // nobody uses it
    [InlineData(2, 41, 1, 0x7f00_0000, 0)] // something else lies there
    [InlineData(2, 0x4000_0001, 1, 0, 0)] // no tid
    public void A_mutex_of_glibc(uint word, uint owner, uint users, uint kind, int expected)
    {
        var mutex = new OwnerSample.Mutex { Word = word, Owner = owner, Users = users, Kind = kind };
        Assert.Equal(expected, OwnerSample.Of(mutex, 0, OwnerPlace.InMutex));
        (mutex.Users, mutex.Kind) = (mutex.Kind, mutex.Users);
        Assert.Equal(expected, OwnerSample.Of(mutex, 0, OwnerPlace.InMutex32));
    }

    [Theory]
    [InlineData(Waiters | 41, 41, 0x10, 0, 41)] // robust, of glibc
    [InlineData(Waiters | 41, 41, 0, 0, 0)] // it does not say that it is robust
    [InlineData(Waiters | 41, 0, 0, 2, 41)] // of musl, error-checking
    [InlineData(Waiters | 16, 0, 0, 0, 0)] // of musl, normal: EBUSY, and nobody's tid
    [InlineData(Waiters | 2, 0, 0, 0x7f00_0000, 0)] // a lock of musl itself: how many wait
    public void A_word_with_a_tid(uint word, uint owner, uint kind, uint before, int expected) => Assert.Equal(
        expected, OwnerSample.Of(new OwnerSample.Mutex { Word = word, Owner = owner, Users = 1, Kind = kind }, before, OwnerPlace.InRobust));

    [Fact]
    public void What_has_something_else_where_a_robust_mutex_is_in_a_list_is_no_mutex() => Assert.Equal(0, OwnerSample.Of(
        new OwnerSample.Mutex { Word = 2, Owner = 41, Users = 1, Next = 8 }, 0, OwnerPlace.InMutex));
}

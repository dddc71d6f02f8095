// A receiver of Cavendish's webhooks for Go 1.21 or newer; needs no module.
//
// WEBHOOK_SECRET=whsec_... go run receiver.go 8000
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

type message struct {
	Type string `json:"type"`
	Data struct {
		ID       string `json:"id"`
		Sequence int    `json:"sequence"`
	} `json:"data"`
}

type arrival struct {
	id      string
	message message
}

var (
	key    []byte
	inbox  = "inbox" // what arrived is on disk before it is answered, one file for each webhook-id
	newest = map[string]int{}
	mutex  sync.Mutex
	safeID = regexp.MustCompile(`^[\w.-]{1,200}$`)
)

func verified(header http.Header, body []byte) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || !safeID.MatchString(id) {
		return false
	}
	now := time.Now().Unix()
	if seconds < now-300 || seconds > now+300 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, timestamp)
	mac.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, one := range strings.Split(header.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(one), expected) {
			return true
		}
	}
	return false
}

// keep writes a message down whole, or not at all; false: it is there already.
func keep(id string, body []byte) (bool, error) {
	draft, err := os.CreateTemp(inbox, "*.draft")
	if err != nil {
		return false, err
	}
	defer os.Remove(draft.Name())
	if _, err = draft.Write(body); err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return false, err
	}
	err = os.Link(draft.Name(), filepath.Join(inbox, id+".json"))
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// note: a message may be overtaken by a later one, and only the newest says where its job stands.
func note(one message) {
	mutex.Lock()
	defer mutex.Unlock()
	newest[one.Data.ID] = max(newest[one.Data.ID], one.Data.Sequence)
}

// handle is your work.
func handle(one arrival) {
	mutex.Lock()
	last := newest[one.message.Data.ID]
	mutex.Unlock()
	late := ""
	if one.message.Data.Sequence != last {
		late = fmt.Sprintf(" (late: %d is known)", last)
	}
	fmt.Printf("%s %d %s%s\n", one.message.Data.ID, one.message.Data.Sequence, one.message.Type, late)
	if err := os.WriteFile(filepath.Join(inbox, one.id+".handled"), nil, 0o600); err != nil {
		log.Print(err)
	}
}

// before gives what was kept and not handled before we ended, in each job's order.
func before() ([]arrival, error) {
	var waiting []arrival
	names, err := filepath.Glob(filepath.Join(inbox, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		one := arrival{id: strings.TrimSuffix(filepath.Base(name), ".json")}
		if err := json.Unmarshal(body, &one.message); err != nil {
			return nil, err
		}
		note(one.message)
		if _, err := os.Stat(strings.TrimSuffix(name, ".json") + ".handled"); err != nil {
			waiting = append(waiting, one)
		}
	}
	sort.Slice(waiting, func(i, j int) bool {
		return waiting[i].message.Data.Sequence < waiting[j].message.Data.Sequence
	})
	return waiting, nil
}

func main() {
	var err error
	key, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_"))
	if err != nil || len(key) == 0 {
		log.Fatal("WEBHOOK_SECRET is none")
	}
	if named := os.Getenv("INBOX"); named != "" {
		inbox = named
	}
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		log.Fatal(err)
	}
	waiting, err := before()
	if err != nil {
		log.Fatal(err)
	}
	work := make(chan arrival, 1000)
	go func() {
		for _, one := range waiting {
			handle(one)
		}
		for one := range work {
			handle(one)
		}
	}()
	receive := func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, 100_000))
		if err != nil || !verified(request.Header, body) {
			answer.WriteHeader(http.StatusBadRequest)
			return
		}
		one := arrival{id: request.Header.Get("webhook-id")}
		if err := json.Unmarshal(body, &one.message); err != nil {
			answer.WriteHeader(http.StatusBadRequest)
			return
		}
		isNew, err := keep(one.id, body)
		if err != nil {
			log.Print(err)
			answer.WriteHeader(http.StatusInternalServerError)
			return
		}
		answer.WriteHeader(http.StatusNoContent) // sent when we return: the work is done elsewhere
		if isNew {
			note(one.message)
			work <- one
		}
	}
	server := &http.Server{Addr: "127.0.0.1:" + os.Args[1], Handler: http.HandlerFunc(receive), ReadTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
